"""`gateway registry`: devices, sites, installations, sources. Heavy imports happen inside the commands."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gateway.cli.options import Moment, config_option, moment_text
from gateway.config import Settings

if TYPE_CHECKING:
    from gateway.registry.importing import Imported
    from gateway.registry.model import Source
    from gateway.registry.service import Edit, Registry

F = TypeVar("F", bound=Callable[..., Any])
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_TABLES = click.Choice(["sites", "devices", "installations"])


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def registry() -> None:
    """Geräte, Standorte, Installationen, Quellen. / Devices, sites, installations, sources."""


def _who(function: F) -> F:
    return click.option(
        "--who", default=getpass.getuser, show_default="Benutzer / user", help="Wer ändert (Protokoll). / Who changes."
    )(function)


def _why(function: F) -> F:
    return click.option("--reason", default="", help="Warum (Protokoll). / Why, for the audit log.")(function)


@contextmanager
def _opened(settings: Settings) -> Iterator[Registry]:
    """The registry; what a person has to change is said on standard error, and the command leaves with 1."""
    from gateway.registry.errors import RegistryError
    from gateway.registry.opening import create_file
    from gateway.registry.service import Registry

    try:
        found = Registry(create_file(settings))
        try:
            yield found
        finally:
            found.close()
    except RegistryError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except OSError as error:
        click.echo(f"{error.filename or ''}: {error.strerror or error}", err=True)
        sys.exit(1)


@contextmanager
def _change(settings: Settings, who: str, reason: str) -> Iterator[Edit]:
    with _opened(settings) as found, found.change(who, reason) as edit:
        yield edit


def _print(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    table = [head, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(head))]
    for row in table:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _time(ns: int | None) -> str:
    return "-" if ns is None else "immer / always" if ns == 0 else moment_text(ns)


# --- tables


@registry.command("import")
@config_option
@_who
@click.argument("file", type=_FILE)
@click.option("--kind", type=_TABLES, help="Wovon die Tabelle handelt, wenn die Überschriften es nicht sagen.")
@click.option("--sheet", help="Blatt einer XLSX-Datei. / Sheet of an XLSX file.")
@click.option("--dry-run", is_flag=True, help="Nur prüfen, nichts schreiben. / Check only.")
@click.option("--all-or-nothing", is_flag=True, help="Bei einem Fehler nichts schreiben. / One fault: write nothing.")
@click.option("--quiet", is_flag=True, help="Nur fehlerhafte Zeilen zeigen. / Show faulty rows only.")
def import_(
    settings: Settings, who: str, file: Path, kind: Any, sheet: str | None, dry_run: bool, all_or_nothing: bool,
    quiet: bool,
) -> None:  # fmt: skip
    """Standorte, Geräte oder Installationen aus CSV oder XLSX. / Sites, devices or installations from CSV or XLSX."""
    from gateway.atlas.reading import MAX_BYTES
    from gateway.registry import importing
    from gateway.registry.errors import RegistryError

    with _opened(settings) as found:
        size = file.stat().st_size
        if size > MAX_BYTES:
            raise RegistryError(f"{file}: {size} Bytes, erlaubt sind {MAX_BYTES}", f"at most {MAX_BYTES} bytes")
        content = file.read_bytes()
        options: dict[str, Any] = {"who": who, "dry_run": dry_run, "all_or_nothing": all_or_nothing}
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


@registry.command()
@config_option
@click.argument("kind", type=click.Choice(["sites", "devices", "installations", "xlsx"]))
@click.option("--output", type=click.Path(dir_okay=False, allow_dash=True), default="-", help="Datei, - = stdout.")
@click.option("--dialect", type=click.Choice(["de", "rfc"]), default="de", show_default=True, help="Form der CSV.")
def export(settings: Settings, kind: Any, output: str, dialect: Any) -> None:
    """Eine Tabelle als CSV, oder alle als XLSX. / One table as CSV, or all as XLSX; both can be imported again."""
    from gateway.registry.exporting import to_csv, to_xlsx

    with _opened(settings) as found:
        content = to_xlsx(found) if kind == "xlsx" else to_csv(found, kind, dialect)
        with click.open_file(output, "wb") as file:
            file.write(content)


@registry.command()
@config_option
def sites(settings: Settings) -> None:
    """Alle Standorte. / All sites."""
    from gateway.registry.model import Site

    with _opened(settings) as found:
        rows = [
            (site.id, site.name, site.siting, "privat / private" if site.private else "",
             "-" if site.longitude is None else f"{site.longitude:.6f} {site.latitude:.6f}")
            for site in found.entries(Site)
        ]  # fmt: skip
    _print(("Standort / site", "Name", "Lage / siting", "Privat", "Länge Breite / lon lat"), rows)


@registry.command()
@config_option
def devices(settings: Settings) -> None:
    """Alle Geräte und wo sie hängen. / All devices and where they hang."""
    from gateway.registry.model import EVERY, Device, Installation

    with _opened(settings) as found:
        hung: dict[str, list[str]] = {}
        for each in found.entries(Installation):
            if each.stop is None:
                channel = "" if each.channel == EVERY else f"{each.channel}: "
                hung.setdefault(each.device, []).append(f"{channel}{each.site} ({_time(each.start)})")
        rows = [
            (row.id, row.name, row.decoder or row.codec or "-", row.source or "-",
             "mobil / mobile" if row.mobile else "; ".join(hung.get(row.id, ["-"])), _time(row.retired_at))
            for row in found.entries(Device)
        ]  # fmt: skip
    _print(("Gerät / device", "Name", "Decoder", "Quelle / source", "Standort / site", "außer Dienst / retired"), rows)


# --- installations


@registry.command()
@config_option
@_who
@_why
@click.argument("device")
@click.argument("site")
@click.option("--from", "start", type=Moment(), default=0, show_default="immer / always", help="Ab wann. / Since when.")
@click.option("--to", "stop", type=Moment(), help="Bis wann (ausschließlich). / Until when (exclusive).")
@click.option("--channel", default="*", show_default=True, help="Nur dieser Kanal. / This channel only.")
@click.option("--special", is_flag=True, help="Sonderkanal: zählt in keinem Gebiet. / Part of no area.")
@click.option("--quantity", help="Größe, für die Faktor und Versatz gelten. / Quantity of factor and offset.")
@click.option("--factor", type=float, default=1.0, show_default=True, help="Kalibrierung: Wert · Faktor + Versatz.")
@click.option("--offset", type=float, default=0.0, show_default=True)
def install(
    settings: Settings, who: str, reason: str, device: str, site: str, start: int, stop: int | None, channel: str,
    special: bool, quantity: str | None, factor: float, offset: float,
) -> None:  # fmt: skip
    """Ein Gerät hängt an einem Standort. / A device hangs at a site."""
    from gateway.registry.editing import device_id
    from gateway.registry.model import Installation

    if quantity is None and (factor, offset) != (1.0, 0.0):
        raise click.UsageError("--factor, --offset: --quantity fehlt / is missing")
    with _change(settings, who, reason) as edit:
        id_ = device_id(device)
        edit.install(Installation(device=id_, channel=channel, site=site, start=start, stop=stop, special=special))
        if quantity is not None:
            edit.calibrate(
                id_, quantity, factor=factor, shift=offset, channel=channel, site=site, start=start, stop=stop
            )


@registry.command()
@config_option
@_who
@_why
@click.argument("device")
@click.argument("site")
@click.option("--at", "at", type=Moment(), required=True, help="Wann (auch in der Vergangenheit). / When.")
@click.option("--channel", default="*", show_default=True, help="Nur dieser Kanal. / This channel only.")
def move(settings: Settings, who: str, reason: str, device: str, site: str, at: int, channel: str) -> None:
    """Ein Gerät zieht um. / A device moves to another site."""
    from gateway.registry.editing import device_id

    with _change(settings, who, reason) as edit:
        edit.move(device_id(device), site, at, channel)


@registry.command()
@config_option
@_who
@_why
@click.argument("device")
@click.option("--at", "at", type=Moment(), default="now", help="Wann. / When.")
def retire(settings: Settings, who: str, reason: str, device: str, at: int) -> None:
    """Ein Gerät geht außer Dienst. / A device goes out of service."""
    from gateway.registry.editing import device_id

    with _change(settings, who, reason) as edit:
        edit.retire(device_id(device), at)


@registry.command()
@config_option
@click.option("--key", help="Kennung: Gerät, Standort, Quelle. / Id of a device, site or source.")
@click.option("--kind", help="device, site, installation, fact, source, …")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Eine JSON-Zeile je Änderung. / One JSON line each.")
def audit(settings: Settings, key: str | None, kind: str | None, limit: int, as_json: bool) -> None:
    """Wer wann was geändert hat, neueste zuerst. / Who changed what and when, newest first."""
    from dataclasses import asdict

    with _opened(settings) as found:
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


@registry.command()
@config_option
def upgrade(settings: Settings) -> None:
    """Die Tabellen auf den Stand dieser Fassung bringen. / Bring the tables up to this version."""
    from sqlalchemy.exc import SQLAlchemyError

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
        problem = str(error) if isinstance(error, RegistryError) else type(error.__cause__ or error).__name__
        click.echo(f"nicht gelungen / failed: {problem}", err=True)
        sys.exit(1)
    click.echo(f"{HEAD}: {'erneuert / upgraded' if changed else 'unverändert / unchanged'}")


# --- sources


@registry.group()
def sources() -> None:
    """Datenquellen und ihre Freigabe. / Data sources and their approval."""


@sources.command("list")
@config_option
def list_sources(settings: Settings) -> None:
    """Alle Quellen. / All sources."""
    from gateway.registry.model import Source

    with _opened(settings) as found:
        rows = [
            (row.id, row.title, row.status, row.privacy, row.controller, row.approved_by or "-", _time(row.approved_at),
             ", ".join(f"{quantity}: {level}" for quantity, level in row.publication) or "-")
            for row in found.entries(Source)
        ]  # fmt: skip
    _print(("Quelle / source", "Titel / title", "Stand / status", "Klasse / class", "Verantwortlich / controller",
            "freigegeben / approved by", "am / at", "Veröffentlichung / publication"), rows)  # fmt: skip


@sources.command()
@config_option
@_who
@_why
@click.argument("file", type=_FILE)
def propose(settings: Settings, who: str, reason: str, file: Path) -> None:
    """Eine Quelle aus einer TOML-Datei vorschlagen oder ändern. / Propose or change a source."""
    from gateway.registry.sources import read_source

    with _change(settings, who, reason) as edit:
        _said(edit.propose(read_source(file)))


def _step(name: str, help_: str) -> None:
    def run(settings: Settings, who: str, reason: str, source: str) -> None:
        with _change(settings, who, reason) as edit:
            _said(getattr(edit, "retire_source" if name == "retire" else name)(source))

    run.__doc__ = help_
    sources.command(name)(config_option(_who(_why(click.argument("source")(run)))))


def _said(source: Source) -> None:
    click.echo(f"{source.id}: {source.status}")


_step("approve", "Eine Quelle freigeben (nicht, wer sie vorschlug). / Approve a source (not by its proposer).")
_step("activate", "Eine freigegebene Quelle in Betrieb nehmen. / Put an approved source into operation.")
_step("retire", "Eine Quelle beenden. / End a source.")


@registry.command()
@config_option
@click.option("--format", "format_", type=click.Choice(["turtle", "jsonld"]), default="turtle", show_default=True)
@click.option("--internal", is_flag=True, help="Auch nicht freigegebene Quellen. / Sources that are not approved, too.")
def catalogue(settings: Settings, format_: str, internal: bool) -> None:
    """Katalog der Quellen als DCAT-AP.de. / Catalogue of the sources as DCAT-AP.de."""
    from gateway.registry import catalogue as dcat
    from gateway.registry.model import Owner, Source

    with _opened(settings) as found:
        owners = {owner.id: owner for owner in found.entries(Owner)}
        triples = dcat.catalogue(settings.registry.catalogue, found.entries(Source), owners, public=not internal)
    click.echo(dcat.turtle(triples) if format_ == "turtle" else dcat.json_ld(triples), nl=False)
