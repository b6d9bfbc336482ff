"""`gateway devices`: which devices were heard, which of them are registered."""

from __future__ import annotations

import time

import click

from gateway.cli.options import config_option, moment_text
from gateway.cli.status import status
from gateway.config import Settings
from gateway.model import SECOND_NS


@click.group()
def devices() -> None:
    """Geräte / devices."""


devices.add_command(status)


def _rows(settings: Settings) -> list[tuple[str, ...]]:
    from contextlib import closing

    from gateway.app.parts import known_devices
    from gateway.registry.seen import SeenDevices

    with closing(known_devices(settings)) as known_now:
        fleet = dict(known_now)
    now = time.time_ns()
    rows: list[tuple[str, ...]] = []
    for heard in SeenDevices(settings.data_dir / "devices.sqlite").all():
        known = fleet.get(heard.device)
        silent = known is not None and now - heard.last_seen > 3 * known.expected_interval * SECOND_NS
        state = "unbekannt / unknown" if known is None else "stumm / silent" if silent else "ok"
        name = (known.name if known else "") or heard.name
        decoder = (known.decoder if known else "") or heard.decoder
        rows.append((heard.device, name, state, decoder or "-", str(heard.count), moment_text(heard.last_seen),
                     heard.source, heard.hints))  # fmt: skip
    heard_ids = {row[0] for row in rows}
    rows += [
        (device, known.name, "nie gehört / never heard", known.decoder or "-", "0", "-", "-", "")
        for device, known in fleet.items()
        if device not in heard_ids
    ]
    return rows


def _print(rows: list[tuple[str, ...]]) -> None:
    head = (
        "Gerät / device",
        "Name",
        "Zustand / state",
        "Decoder",
        "Anzahl / count",
        "zuletzt / last",
        "Quelle / source",
        "Netz sagt / network says",
    )
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for row in (head, *rows):
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@devices.command("list")
@config_option
def list_(settings: Settings) -> None:
    """Alle Geräte / all devices."""
    _print(_rows(settings))


@devices.command()
@config_option
def unknown(settings: Settings) -> None:
    """Gehörte Geräte, die nicht eingetragen sind / heard devices that are not registered."""
    _print([row for row in _rows(settings) if row[2].startswith("unbekannt")])
