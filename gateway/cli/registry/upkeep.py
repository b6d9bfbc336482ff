"""The audit log, and the version of the tables."""

from __future__ import annotations

import json
import sys

import click

from gateway.cli.options import config_option, moment_text
from gateway.cli.registry.common import opened
from gateway.config import Settings


@click.command()
@config_option
@click.option("--key", help="Kennung: Gerät, Standort, Quelle. / Id of a device, site or source.")
@click.option("--kind", help="device, site, installation, fact, source, …")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Eine JSON-Zeile je Änderung. / One JSON line each.")
def audit(settings: Settings, key: str | None, kind: str | None, limit: int, as_json: bool) -> None:
    """Wer wann was geändert hat, neueste zuerst. / Who changed what and when, newest first."""
    from dataclasses import asdict

    with opened(settings) as found:
        for line in found.audit(kind=kind, key=key, limit=limit):
            if as_json:
                click.echo(json.dumps(asdict(line), ensure_ascii=False))
                continue
            before, after = line.before or {}, line.after or {}
            differing = [name for name in {**before, **after} if before.get(name) != after.get(name)]
            what = ", ".join(f"{name}: {before.get(name)!r} → {after.get(name)!r}" for name in differing)
            shown = what if line.action == "change" else json.dumps(after or before, ensure_ascii=False)
            why = f" [{line.reason}]" if line.reason else ""
            click.echo(f"{moment_text(line.at)} {line.who} {line.action} {line.kind} {line.key}: {shown}{why}")


@click.command()
@config_option
def upgrade(settings: Settings) -> None:
    """Die Tabellen auf den Stand dieser Fassung bringen. / Bring the tables up to this version."""
    from sqlalchemy.exc import SQLAlchemyError

    from gateway.engines import cause_of
    from gateway.registry.errors import RegistryError
    from gateway.registry.migrations import HEAD
    from gateway.registry.opening import create_file, open_engine
    from gateway.registry.opening import upgrade as bring_up

    try:
        engine = open_engine(create_file(settings))
        try:
            changed = bring_up(engine)
        finally:
            engine.dispose()
    except (RegistryError, SQLAlchemyError) as error:
        problem = str(error) if isinstance(error, RegistryError) else cause_of(error)
        click.echo(f"nicht gelungen / failed: {problem}", err=True)
        sys.exit(1)
    click.echo(f"{HEAD}: {'erneuert / upgraded' if changed else 'unverändert / unchanged'}")


COMMANDS = (audit, upgrade)
