"""`gateway atlas`: register deliveries, editions and classes. Heavy imports happen inside the commands."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.options import config_option
from gateway.config import Settings

if TYPE_CHECKING:
    from gateway.atlas.editions import Imported
    from gateway.atlas.people import Person
    from gateway.atlas.reading import Table
    from gateway.atlas.registers import Registers


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def atlas() -> None:
    """Registerdaten: Lieferungen, Ausgaben, Klassen. / Register data: deliveries, editions, classes."""


@contextmanager
def _told() -> Iterator[None]:
    """Say what a person has to change, on standard error, and leave with 1."""
    from gateway.atlas.errors import AtlasError, RefusedError

    try:
        yield
    except AtlasError as error:
        if isinstance(error, RefusedError):
            click.echo(f"{len(error.faults)} Fehler, nichts übernommen / faults, nothing taken over", err=True)
        click.echo(str(error), err=True)
        sys.exit(1)
    except OSError as error:
        click.echo(f"{error.filename or ''}: {error.strerror or error}", err=True)
        sys.exit(1)


def _bounded(path: Path) -> bytes:
    """A file's content; one that is too large is not even read."""
    from gateway.atlas.reading import MAX_BYTES, refuse

    if path.stat().st_size > MAX_BYTES:
        refuse(path.name, f"{path.stat().st_size} > {MAX_BYTES} Bytes/bytes", "kleinere Datei / smaller file")
    return path.read_bytes()


def _read(path: Path, sheet: str | None = None) -> Table:
    from gateway.atlas.reading import ReadOptions, read_table

    return read_table(_bounded(path), path.name, ReadOptions(sheet=sheet))


def _pairs(columns: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for column in columns:
        name, equals, heading = column.partition("=")
        if not equals or not name or not heading or name in found:
            raise click.BadParameter(f"{column!r}: VARIABLE=HEADING", param_hint="--column")
        found[name] = heading
    return found


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@atlas.command()
@click.option("--method", "method_name", required=True, metavar="NAME|FILE", help="Methode: Name oder TOML-Datei.")
@click.option("--input", "source", required=True, type=_FILE, help="CSV, XLSX oder JSON.")
@click.option(
    "--output", required=True, type=click.Path(dir_okay=False, allow_dash=True), help="Ergebnis (CSV), - = stdout."
)
@click.option("--area-column", help="Überschrift der Gebietsspalte. / Heading of the area column.")
@click.option("--column", "columns", multiple=True, metavar="VARIABLE=HEADING", help="Überschrift einer Eingangsgröße.")
@click.option("--decimal", type=click.Choice([",", "."]), help="Dezimalzeichen, wenn die Datei es nicht verrät.")
@click.option("--sheet", help="Blatt einer XLSX-Datei.")
@click.option("--dialect", type=click.Choice(["rfc", "de"]), default="rfc", show_default=True, help="CSV der Ausgabe.")
@click.option("--previous", type=_FILE, help="Frühere Ausgabe: Dynamik aus der Veränderung. / Earlier edition.")
@click.option("--dynamic", is_flag=True, help="Dynamik aus den Veränderungsspalten der Methode.")
@click.option(
    "--sensitivity",
    "sensitivity_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="CSV: Klassenwechsel, wenn ein Gewicht oder eine Grenze sich bewegt.",
)
def classify(
    method_name: str,
    source: Path,
    output: str,
    area_column: str | None,
    columns: tuple[str, ...],
    decimal: str | None,
    sheet: str | None,
    dialect: str,
    previous: Path | None,
    dynamic: bool,
    sensitivity_file: Path | None,
) -> None:
    """Eine Tabelle nach einer Methode einteilen, ohne Datenbank. / Classify a table, no database needed.

    Ergebnis: area, z_<Größe>…, sum, index, class, excluded.
    """
    from gateway.atlas import classify as engine
    from gateway.atlas.methods import load
    from gateway.atlas.sensitivity import sensitivity

    with _told():
        method = load(method_name)
        chosen = engine.Columns(area=area_column, inputs=_pairs(columns), mark=decimal)  # type: ignore[arg-type] # click.Choice admits these two
        result, change = engine.classify(
            _read(source, sheet),
            method,
            chosen,
            previous=_read(previous, sheet) if previous else None,
            dynamic=dynamic,
        )
        headings, rows = engine.result_rows(result, change)
        numeric = [h for h in headings if h not in {"area", "class", "excluded", "dynamic_class", "status_dynamic"}]
        content = engine.to_csv(headings, rows, numeric, german=dialect == "de")
        with click.open_file(output, "wb") as out:
            out.write(content)
        if sensitivity_file:
            inputs = {area: row.inputs for area, row in result.areas.items()}
            moves = [
                [v.parameter, engine.printed(v.value), area, before, after]
                for v in sensitivity(result, inputs)
                for area, (before, after) in v.moved.items()
            ]
            head = ["parameter", "value", "area", "class_before", "class_after"]
            sensitivity_file.write_bytes(engine.to_csv(head, moves, ["value"], german=dialect == "de"))
        counted = result.classes()
        click.echo(
            f"{method.id} {method.version} (Beispiel/example, nicht amtlich/not official): "
            f"{len(counted)} Gebiete/areas, {len(result.areas) - len(counted)} ausgeschlossen/excluded",
            err=True,
        )


@atlas.command()
def methods() -> None:
    """Mitgelieferte Methoden und ihre Eingangsgrößen. / Shipped methods and their inputs."""
    from gateway.atlas.methods import load, shipped

    with _told():
        for name in shipped():
            method = load(name)
            click.echo(f"{method.id} {method.version}: {method.title.de} / {method.title.en}")
            click.echo(f"    {', '.join(f'{i.name} [{i.unit}]' for i in method.input)}")


# --- with a database --------------------------------------------------------------------------------------------

_DAY = click.DateTime(formats=["%Y-%m-%d", "%d.%m.%Y"])


def _database(function: Any) -> Any:
    """`--database` and `--config`, handed on as an open `registers`; closed and errors told at the end."""

    @config_option
    @click.option("--database", envvar="GATEWAY_ATLAS_DATABASE", help="URL; ohne: data_dir/atlas/atlas.sqlite.")
    @functools.wraps(function)
    def command(settings: Settings, database: str | None, **options: Any) -> None:
        from gateway.atlas.opening import open_registers

        with _told():
            registers = open_registers(database, settings.data_dir / "atlas")
            try:
                function(registers=registers, folder=settings.data_dir / "atlas", **options)
            finally:
                registers.engine.dispose()

    return command


def _person(function: Any) -> Any:
    """`--person NAME`: someone of people.toml, handed on as `person`."""

    @click.option("--person", "name", required=True, help="Name aus people.toml. / A name of people.toml.")
    @functools.wraps(function)
    def command(name: str, folder: Path, **options: Any) -> None:
        from gateway.atlas.errors import NotAllowedError
        from gateway.atlas.people import load_people

        people = load_people(folder / "people.toml")
        if name not in people:
            raise NotAllowedError(f"{name!r} steht nicht in / is not in {folder / 'people.toml'}")
        function(person=people[name], **options)

    return command


@atlas.command()
@_database
def datasets(registers: Registers, folder: Path) -> None:  # noqa: ARG001 - every command is handed its folder
    """Datensätze und Atlanten. / Datasets and products."""
    for dataset in registers.definitions.datasets.values():
        click.echo(f"{dataset.id} {dataset.version}: {dataset.title.de} / {dataset.title.en}")
        click.echo(f"    {dataset.sender}; {dataset.legal.basis}")
        for variable in dataset.variable:
            groups = ", ".join(variable.groups)
            click.echo(f"    {variable.name} [{variable.unit}] ({groups}), min_cell {variable.min_cell}")
    for product in registers.definitions.products.values():
        click.echo(f"{product.id} {product.version}: {product.title.de} / {product.title.en}")
        for variant in product.variant:
            click.echo(f"    {variant.id}: {variant.method}")


@atlas.command("import")
@click.argument("file", type=_FILE)
@click.option("--dataset", required=True)
@click.option("--stichtag", required=True, type=_DAY)
@click.option("--replace", default="", help="Grund, eine angenommene Lieferung zu ersetzen. / Why one is replaced.")
@click.option("--confirm-jumps", is_flag=True, help="Sprünge sind geprüft und richtig. / Jumps were checked.")
@_database
@_person
def import_file(
    registers: Registers,
    person: Person,
    file: Path,
    dataset: str,
    stichtag: datetime,
    replace: str,
    confirm_jumps: bool,
) -> None:
    """Eine Lieferung übernehmen; die letzte löst die Berechnung aus. / Take a delivery over."""
    _told_import(
        registers.import_delivery(
            _bounded(file), file.name, dataset, stichtag.date(), person, replace=replace, confirm_jumps=confirm_jumps
        )
    )


def _told_import(found: Imported) -> None:
    kept = found.delivery
    click.echo(f"{kept.dataset} {kept.stichtag} #{kept.id} {kept.file_name} sha256 {kept.sha256}")
    for product, day, identity in found.computed:
        click.echo(f"berechnet / computed: {product} {day} #{identity}")
    for problem in found.failed:
        click.echo(f"nicht berechnet / not computed: {problem}", err=True)


@atlas.command()
@click.argument("folder_to_watch", type=click.Path(exists=True, file_okay=False, path_type=Path))
@_database
def inbox(registers: Registers, folder: Path, folder_to_watch: Path) -> None:  # noqa: ARG001 - see `datasets`
    """Einen Eingangsordner beobachten (DATENSATZ_JJJJ-MM-TT….csv). / Watch a folder."""
    import asyncio
    import signal

    from gateway.atlas.inbox import Handled, Inbox, watch

    def told(handled: Handled) -> None:
        if handled.imported is None:
            click.echo(f"{handled.file}: {handled.problem}", err=True)
        else:
            _told_import(handled.imported)

    async def main() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await watch(Inbox(registers, folder_to_watch), told, stop)

    asyncio.run(main())


@atlas.command()
@click.option("--all", "all_dates", is_flag=True, help="Auch Stichtage vor der ersten Lieferung.")
@click.option("--today", type=_DAY, help="Als wäre es dieser Tag. / As if it were this day.")
@_database
def status(registers: Registers, folder: Path, all_dates: bool, today: datetime | None) -> None:  # noqa: ARG001 - see `datasets`
    """Ausgaben: was fehlt seit wann, was ist berechnet, was freigegeben. / Where editions stand."""
    for line in registers.remind(today.date() if today else None):
        click.echo(line)
    for entry in registers.status(today.date() if today else None, all_dates=all_dates):
        click.echo(entry.said())


@atlas.command()
@click.argument("product")
@click.argument("stichtag", type=_DAY)
@_database
def compute(registers: Registers, folder: Path, product: str, stichtag: datetime) -> None:  # noqa: ARG001 - see `datasets`
    """Eine Ausgabe neu berechnen (sonst von selbst). / Compute an edition anew."""
    identity = registers.compute(product, stichtag.date())
    edition = registers.edition(identity)
    click.echo(f"{product} {stichtag:%Y-%m-%d} #{identity} Revision {edition['revision']}: {edition['state']}")
    _told_moves(edition["changes"]["revision"] or {})
    for warning in edition["warnings"]:
        click.echo(warning)


def _told_moves(moves: dict[str, dict[str, list[str]]]) -> None:
    for variant, areas in moves.items():
        for area, (before, after) in areas.items():
            click.echo(f"  {variant} {area}: {before or '-'} → {after or '-'}")


@atlas.command()
@click.argument("product")
@click.argument("stichtag", type=_DAY)
@click.argument("area")
@click.option("--variant", default="all", show_default=True)
@click.option("--internal", is_flag=True, help="Mit geheimen Werten, neueste Revision. / With confidential values.")
@_database
def explain(
    registers: Registers,
    folder: Path,  # noqa: ARG001 - see `datasets`
    product: str,
    stichtag: datetime,
    area: str,
    variant: str,
    internal: bool,
) -> None:
    """Der Weg eines Gebiets von den Zahlen zur Klasse. / An area's way from numbers to class."""
    from gateway.atlas.errors import AtlasError
    from gateway.atlas.explain import explain as steps_of

    edition = registers.find(product, stichtag.date(), public=not internal)
    results = edition["results"] if internal else edition["public"]["variants"]
    if variant not in results:
        raise AtlasError(f"{variant!r}: {', '.join(results)}")
    for step in steps_of(results[variant], area):
        click.echo(f"{step.step:14} {step.what:32} {step.formula:60} {step.value}".rstrip())


@atlas.command()
@click.argument("product")
@click.argument("stichtag", type=_DAY)
@click.option("--with", "other", type=_DAY, help="Ein anderer Stichtag. / Another reference date.")
@click.option("--method", help="Eine andere Methode auf denselben Daten. / Another method on the same data.")
@click.option("--variant", default="all", show_default=True)
@_database
def compare(
    registers: Registers,
    folder: Path,  # noqa: ARG001 - see `datasets`
    product: str,
    stichtag: datetime,
    other: datetime | None,
    method: str | None,
    variant: str,
) -> None:
    """Ausgabe gegen Ausgabe oder Methode gegen Methode (intern). / Edition or method against another."""
    from gateway.atlas import compare as engine
    from gateway.atlas.errors import AtlasError
    from gateway.atlas.methods import load
    from gateway.atlas.publication import inputs_table

    edition = registers.find(product, stichtag.date())
    definition = registers.product(product)
    if (other is None) == (method is None):
        raise AtlasError("--with STICHTAG | --method NAME|FILE")
    if other is not None:
        before = registers.find(product, other.date())
        _told_moves(engine.moves(before["results"], edition["results"]))
        days = (other.date(), stichtag.date())
        for warning in engine.series_break(before["results"], edition["results"], definition.breaks, *days):
            click.echo(warning)
        return
    chosen = next((entry for entry in definition.variant if entry.id == variant), None)
    if chosen is None:
        raise AtlasError(f"{variant!r}: {', '.join(entry.id for entry in definition.variant)}")
    data = {name: registers.values(name, stichtag.date()) or {} for name in definition.datasets}
    areas = registers.definitions.areas[definition.areas]
    first, second = registers.definitions.methods[chosen.method], load(method or "")
    pairs = engine.compare_methods(first, second, inputs_table(chosen, areas, data))
    for area, (before_label, after_label) in pairs.items():
        if before_label != after_label:
            click.echo(f"  {area}: {before_label or '-'} → {after_label or '-'}")


@atlas.command()
@click.argument("edition", type=int)
@_database
@_person
def check(registers: Registers, person: Person, edition: int) -> None:
    """Eine vorläufige Ausgabe als geprüft erklären. / Declare a provisional edition checked."""
    registers.check(edition, person)
    click.echo(f"#{edition}: checked")


@atlas.command()
@click.argument("edition", type=int)
@_database
@_person
def release(registers: Registers, person: Person, edition: int) -> None:
    """Geheimhaltung prüfen und freigeben. / Audit confidentiality and release."""
    from gateway.atlas.errors import AuditFailedError

    try:
        found = registers.release(edition, person)
    except AuditFailedError as error:
        for cell in error.cells:
            click.echo(f"intern / internal: {cell}", err=True)
        raise
    click.echo(f"#{edition}: released, {len(found.facts.shown)} shown, {len(found.facts.hidden)} suppressed")
    for variant, areas in registers.log()[-1]["detail"]["class_differs"].items():
        if areas:
            told = ", ".join(areas)
            click.echo(
                f"{variant}: öffentliche Klasse anders als interne / public class is not the internal one: {told}"
            )


@atlas.command()
@click.argument("kind", type=click.Choice(["edition", "delivery"]))
@click.argument("number", type=int)
@click.option("--reason", required=True)
@_database
@_person
def withdraw(registers: Registers, person: Person, kind: str, number: int, reason: str) -> None:
    """Eine freigegebene Ausgabe oder eine Lieferung zurückziehen. / Withdraw an edition or a delivery."""
    if kind == "edition":
        registers.withdraw(number, person, reason)
    else:
        registers.withdraw_delivery(number, person, reason)
    click.echo(f"{kind} #{number}: withdrawn")


@atlas.command()
@_database
def log(registers: Registers, folder: Path) -> None:  # noqa: ARG001 - see `datasets`
    """Protokoll aller Schritte (intern). / The audit log (internal)."""
    for entry in registers.log():
        click.echo(f"{entry['at']} {entry['person']}: {entry['action']} {entry['subject']} {entry['detail']}")


@atlas.command()
@click.argument("target", type=click.Path(file_okay=False, path_type=Path))
def demo(target: Path) -> None:
    """Erfundene Lieferungen für drei Jahre schreiben. / Write invented deliveries for three years."""
    from gateway.atlas.definitions import load_definitions
    from gateway.atlas.demo.generator import samples

    with _told():
        target.mkdir(parents=True, exist_ok=True)
        for sample in samples(load_definitions().areas["wuppertal"]):
            (target / sample.name).write_bytes(sample.content)
            click.echo(str(target / sample.name))
    click.echo("Alle Werte sind erfunden. / All values are invented.", err=True)
