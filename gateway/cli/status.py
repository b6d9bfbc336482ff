"""`gateway devices status`: which devices are silent or wrong, as the last round of monitoring found them."""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from typing import Any

import click

from gateway.cli.options import config_option, moment_text
from gateway.config import Settings
from gateway.model import SECOND_NS
from gateway.monitoring.model import STATES, Condition

STALE_ROUNDS = 5
"""Rounds that may fail to come before monitoring counts as stopped."""
EXIT_FAULTS, EXIT_STOPPED = 1, 3
_CHOICE = click.Choice([*STATES, Condition.SOURCE_SILENT.value])


def _report(settings: Settings) -> dict[str, Any]:
    """Everything that is shown; raises ClickException where monitoring has never run."""
    from gateway.app.watched import DeviceReports
    from gateway.monitoring.views import NeverRunError

    try:
        with DeviceReports(settings) as reports:
            return reports.read()
    except NeverRunError:
        text = "die Überwachung ist noch nicht gelaufen / monitoring has not run yet (gateway run)"
        raise click.ClickException(f"{settings.data_dir}: {text}") from None
    except sqlite3.Error as error:
        raise click.ClickException(f"{settings.data_dir}: {error}") from error


def _table(report: dict[str, Any]) -> None:
    from gateway.monitoring.wording import LABELS

    head = ("Gerät / device", "Name", "Zustand / state", "seit / since", "zuletzt / last", "Befund / finding")
    rows = []
    for device in report["devices"]:
        last = device["last_seen_ns"]
        german, english = LABELS[device["state"]]
        rows.append((
            device["device"], device["name"], german if german == english else f"{german} / {english}",
            moment_text(device["since_ns"]), "-" if last is None else moment_text(last),
            "; ".join(fault["text_de"] for fault in device["faults"]),
        ))  # fmt: skip
    if rows:
        widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
        for row in (head, *rows):
            click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    for fault in report["sources"]:
        click.echo(f"{fault['subject']}: {fault['text_de']} / {fault['text_en']}")
    click.echo(
        ", ".join(f"{count} {' / '.join(dict.fromkeys(LABELS[state]))}" for state, count in report["counts"].items()),
        err=True,
    )


@click.command()
@config_option
@click.option("--state", "states", type=_CHOICE, multiple=True, help="Nur diese / only these (mehrfach / repeatable).")
@click.option("--faulty", is_flag=True, help="Nur gestörte Geräte / only devices with a fault.")
@click.option("--json", "as_json", is_flag=True, help="JSON.")
@click.option(
    "--check",
    is_flag=True,
    help="Exit-Code 1: es gibt Gezeigtes mit Störung; 3: die Überwachung steht. / Exit code 1: a fault is shown; "
    "3: monitoring has stopped.",
)
def status(settings: Settings, *, states: tuple[str, ...], faulty: bool, as_json: bool, check: bool) -> None:
    """Stumme und gestörte Geräte / silent and faulty devices."""
    report = _report(settings)
    if states or faulty:
        report["devices"] = [
            device
            for device in report["devices"]
            if (not faulty or device["faults"])
            and (not states or {device["state"], *(fault["condition"] for fault in device["faults"])} & set(states))
        ]
        report["sources"] = [f for f in report["sources"] if not states or f["condition"] in states]
    if as_json:
        from gateway.monitoring.views import plain

        click.echo(json.dumps(plain(report), ensure_ascii=False, indent=1))
    else:
        _table(report)
    at = report["round_ns"]
    stopped = at is None or time.time_ns() - at > STALE_ROUNDS * max(settings.monitoring.every, 60) * SECOND_NS
    if stopped:
        when = "-" if at is None else moment_text(at)
        click.echo(f"Die Überwachung steht seit {when} / monitoring has stopped", err=True)
    if check:
        if stopped:
            sys.exit(EXIT_STOPPED)
        if report["sources"] or any(device["faults"] for device in report["devices"]):
            sys.exit(EXIT_FAULTS)
