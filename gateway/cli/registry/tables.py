"""Whole tables: import from CSV and XLSX, export back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.options import config_option
from gateway.cli.registry.common import FILE, opened, person
from gateway.config import Settings

if TYPE_CHECKING:
    from gateway.registry.importing import Imported

_TABLES = click.Choice(["sites", "devices", "installations"])


@click.command("import")
@config_option
@person
@click.argument("file", type=FILE)
@click.option("--kind", type=_TABLES, help="Wovon die Tabelle handelt, wenn die Überschriften es nicht sagen.")
@click.option("--sheet", help="Blatt einer XLSX-Datei. / Sheet of an XLSX file.")
@click.option("--dry-run", is_flag=True, help="Nur prüfen, nichts schreiben. / Check only.")
@click.option("--all-or-nothing", is_flag=True, help="Bei einem Fehler nichts schreiben. / One fault: write nothing.")
@click.option("--quiet", is_flag=True, help="Nur fehlerhafte Zeilen zeigen. / Show faulty rows only.")
def import_(
    settings: Settings, who: str, reason: str, file: Path, kind: Any, sheet: str | None, dry_run: bool,
    all_or_nothing: bool, quiet: bool,
) -> None:  # fmt: skip
    """Standorte, Geräte oder Installationen aus CSV oder XLSX. / Sites, devices or installations from CSV or XLSX."""
    from gateway.atlas.reading import MAX_BYTES
    from gateway.registry import importing
    from gateway.registry.errors import RegistryError

    with opened(settings) as found:
        size = file.stat().st_size
        if size > MAX_BYTES:
            raise RegistryError(f"{file}: {size} Bytes, erlaubt sind {MAX_BYTES}", f"at most {MAX_BYTES} bytes")
        content = file.read_bytes()
        options: dict[str, Any] = {"who": who, "reason": reason, "dry_run": dry_run, "all_or_nothing": all_or_nothing}
        if kind is None and sheet is None and importing.sheets_of(content):
            results = importing.import_workbook(found, content, file.name, **options)
        else:
            results = [importing.import_table(found, content, file.name, kind=kind, sheet=sheet, **options)]
    for result in results:
        _report(result, dry_run=dry_run, quiet=quiet)
    if any(row.faults for result in results for row in result.rows):
        sys.exit(1)


def _report(result: Imported, *, dry_run: bool, quiet: bool) -> None:
    for row in result.rows:
        if row.faults or not quiet:
            click.echo(str(row))
    counts = ", ".join(f"{outcome} {count}" for outcome, count in sorted(result.counts().items()))
    end = "" if result.written else " - Probelauf / dry run" if dry_run else " - nichts geschrieben / nothing written"
    click.echo(f"{result.kind}: {counts}{end}")


@click.command()
@config_option
@click.argument("kind", type=click.Choice(["sites", "devices", "installations", "xlsx"]))
@click.option("--output", type=click.Path(dir_okay=False, allow_dash=True), default="-", help="Datei, - = stdout.")
@click.option("--dialect", type=click.Choice(["de", "rfc"]), default="de", show_default=True, help="Form der CSV.")
def export(settings: Settings, kind: Any, output: str, dialect: Any) -> None:
    """Eine Tabelle als CSV, oder alle als XLSX. / One table as CSV, or all as XLSX; both can be imported again."""
    from gateway.registry.exporting import to_csv, to_xlsx

    with opened(settings) as found:
        content = to_xlsx(found) if kind == "xlsx" else to_csv(found, kind, dialect)
        with click.open_file(output, "wb") as file:
            file.write(content)


COMMANDS = (import_, export)
