"""`gateway atlas`: register deliveries, editions and classes. Heavy imports happen inside the commands."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from gateway.atlas.reading import Table


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def atlas() -> None:
    """Registerdaten: Lieferungen, Ausgaben, Klassen. / Register data: deliveries, editions, classes."""


@contextmanager
def _told() -> Iterator[None]:
    """Say what a person has to change, on standard error, and leave with 1."""
    from gateway.atlas.errors import AtlasError, RefusedError  # noqa: PLC0415 - see module

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


def _read(path: Path, sheet: str | None = None) -> Table:
    from gateway.atlas.reading import MAX_BYTES, ReadOptions, read_table, refuse  # noqa: PLC0415 - see module

    if path.stat().st_size > MAX_BYTES:
        refuse(path.name, f"{path.stat().st_size} > {MAX_BYTES} Bytes/bytes", "kleinere Datei / smaller file")
    return read_table(path.read_bytes(), path.name, ReadOptions(sheet=sheet))


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
    from gateway.atlas import classify as engine  # noqa: PLC0415 - see module
    from gateway.atlas.methods import load  # noqa: PLC0415 - see module
    from gateway.atlas.sensitivity import sensitivity  # noqa: PLC0415 - see module

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
    from gateway.atlas.methods import load, shipped  # noqa: PLC0415 - see module

    with _told():
        for name in shipped():
            method = load(name)
            click.echo(f"{method.id} {method.version}: {method.title.de} / {method.title.en}")
            click.echo(f"    {', '.join(f'{i.name} [{i.unit}]' for i in method.input)}")
