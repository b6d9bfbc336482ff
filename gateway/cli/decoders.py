"""`gateway decoders`: which devices are known; a new one; the page about them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from decoders.kit import Decoder

_ROOT = Path(__file__).resolve().parents[2]


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Liste von Objekten / list of objects.")
@click.pass_context
def decoders(context: click.Context, *, as_json: bool) -> None:
    """Bekannte Geräte / known devices."""
    if context.invoked_subcommand is not None:
        return
    from decoders import registry

    found = list(registry.all_decoders().values())
    if as_json:
        click.echo(json.dumps([described(decoder) for decoder in found], ensure_ascii=False))
        return
    width = max(len(decoder.id) for decoder in found)
    for decoder in found:
        quantities = ", ".join(dict.fromkeys(quantity for quantity, _, _ in decoder.quantities))
        click.echo(f"{decoder.id:{width}}  {decoder.vendor} {decoder.model}: {quantities}")
    click.echo(f"{len(found)} Decoder / decoders", err=True)


def described(decoder: Decoder) -> dict[str, Any]:
    """A decoder as JSON; `values` has unit and channel of each quantity. No ports: any."""
    return {
        "id": decoder.id,
        "vendor": decoder.vendor,
        "model": decoder.model,
        "version": decoder.version,
        "quantities": list(dict.fromkeys(quantity for quantity, _, _ in decoder.quantities)),
        "values": [{"quantity": q, "unit": unit, "channel": channel} for q, unit, channel in decoder.quantities],
        "ports": list(decoder.ports),
        "identifiers": {
            "ttn": [name.partition("@")[0] for name in decoder.identifiers.get("ttn", ())],
            "chirpstack": list(decoder.identifiers.get("chirpstack", ())),
        },
        "source": decoder.source,
    }


@decoders.command()
@click.argument("name", metavar="VENDOR/MODEL")
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), default=_ROOT / "decoders", help="decoders/"
)
def new(name: str, folder: Path) -> None:
    """Die beiden Dateien eines neuen Geräts anlegen / write the two files of a new device."""
    from gateway.cli.template import write

    for path in write(name, folder):
        click.echo(path)
    click.echo("Als Nächstes / next: .venv/bin/python -m pytest tests/unit/decoders -q", err=True)


@decoders.command()
@click.option(
    "--file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=_ROOT / "docs" / "decoders.md",
    help="Ziel / target.",
)
@click.option("--check", is_flag=True, help="Nur prüfen, ob sie aktuell ist / only whether it is up to date.")
def page(file: Path, *, check: bool) -> None:
    """docs/decoders.md aus den Decodern erzeugen / write docs/decoders.md from the decoders."""
    from gateway.cli.decoders_page import page as made

    text = made()
    if check:
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            raise click.ClickException(f"{file}: veraltet / out of date (gateway decoders page)")
        return
    file.write_text(text, encoding="utf-8")
