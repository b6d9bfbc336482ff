"""`gateway atlas classify` and `methods`: any table by a method, without a database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli.atlas.common import FILE, bounded, told

if TYPE_CHECKING:
    from gateway.atlas.table import Table


def _read(path: Path, sheet: str | None, wanted: tuple[str, ...]) -> Table:
    """A table whose headings may stand below titles; what stands below the table is told and let go."""
    from gateway.atlas.reading import ReadOptions, read_table

    table = read_table(bounded(path), path.name, ReadOptions(sheet=sheet, wanted=wanted))
    if table.heading_row > 1:
        click.echo(f"{path.name}: Überschriften in Zeile / headings in row {table.heading_row}", err=True)
    for row in table.remarks:
        click.echo(f"{path.name}: Zeile/row {row.number}: Fußnote / footnote: {str(row.cells[0])[:80]!r}", err=True)
    return table


def _pairs(columns: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for column in columns:
        name, equals, heading = column.partition("=")
        if not equals or not name or not heading or name in found:
            raise click.BadParameter(f"{column!r}: VARIABLE=HEADING", param_hint="--column")
        found[name] = heading
    return found


@click.command()
@click.option("--method", "method_name", required=True, metavar="NAME|FILE", help="Methode: Name oder TOML-Datei.")
@click.option("--input", "source", required=True, type=FILE, help="CSV, XLSX oder JSON.")
@click.option(
    "--output", required=True, type=click.Path(dir_okay=False, allow_dash=True), help="Ergebnis (CSV), - = stdout."
)
@click.option("--area-column", help="Überschrift der Gebietsspalte. / Heading of the area column.")
@click.option("--column", "columns", multiple=True, metavar="VARIABLE=HEADING", help="Überschrift einer Eingangsgröße.")
@click.option(
    "--area-digits",
    type=click.IntRange(1, 20),
    default=None,
    help="Gebietsnummern mit führenden Nullen auf so viele Stellen bringen. / Fill area keys up with zeros.",
)
@click.option("--without", multiple=True, metavar="GEBIET", help="Gebiet nicht mitzählen. / Do not count this area.")
@click.option("--decimal", type=click.Choice([",", "."]), help="Dezimalzeichen, wenn die Datei es nicht verrät.")
@click.option("--sheet", help="Blatt einer XLSX-Datei.")
@click.option("--dialect", type=click.Choice(["rfc", "de"]), default="rfc", show_default=True, help="CSV der Ausgabe.")
@click.option("--previous", type=FILE, help="Frühere Ausgabe: Dynamik aus der Veränderung. / Earlier edition.")
@click.option("--indicators", is_flag=True, help="Auch die Indikatoren ausgeben. / Print the indicators as well.")
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
    area_digits: int | None,
    without: tuple[str, ...],
    decimal: str | None,
    sheet: str | None,
    dialect: str,
    previous: Path | None,
    indicators: bool,
    dynamic: bool,
    sensitivity_file: Path | None,
) -> None:
    """Eine Tabelle nach einer Methode einteilen, ohne Datenbank. / Classify a table, no database needed.

    Ergebnis: area, z_<Größe>…, sum, index, class, excluded.
    """
    from gateway.atlas import classify as engine
    from gateway.atlas.methods import load
    from gateway.atlas.sensitivity import sensitivity

    with told():
        method = load(method_name)
        chosen = engine.Columns(
            area=area_column,
            inputs=_pairs(columns),
            mark=decimal,  # type: ignore[arg-type] # click.Choice admits these two
            digits=area_digits or 0,
            without=without,
        )
        wanted = chosen.wanted(method)
        earlier = _read(previous, sheet, wanted) if previous else None
        result, change = engine.classify(
            _read(source, sheet, wanted), method, chosen, previous=earlier, dynamic=dynamic
        )
        headings, rows = engine.result_rows(result, change, indicators=indicators)
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


@click.command()
def methods() -> None:
    """Mitgelieferte Methoden und ihre Eingangsgrößen. / Shipped methods and their inputs."""
    from gateway.atlas.methods import load, shipped

    with told():
        for name in shipped():
            method = load(name)
            click.echo(f"{method.id} {method.version}: {method.title.de} / {method.title.en}")
            click.echo(f"    {', '.join(f'{i.name} [{i.unit}]' for i in method.input)}")
