"""`gateway registry areas`: boundaries checked, loaded, listed, written out."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.options import config_option
from gateway.cli.registry.common import opened, person, print_table
from gateway.config import Settings

if TYPE_CHECKING:
    from gateway.areas.model import Area, Layer
    from gateway.registry.boundaries import Loaded

_PROBLEMS = ("empty", "invalid_ring", "duplicate", "unknown_parent", "validity", "overlap", "gap", "outside_parent",
             "parent_not_covered")  # fmt: skip


class Day(click.ParamType[date]):
    """A day: 2026-01-01 or 01.01.2026."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Text to a date."""
        if isinstance(value, date):
            return value
        form = "%d.%m.%Y" if "." in value else "%Y-%m-%d"
        try:
            return datetime.strptime(value, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            self.fail(f"{value!r} ist kein Tag / is no day (2026-01-01, 01.01.2026)", param, ctx)


@click.group()
def areas() -> None:
    """Gebiete und ihre Grenzen. / Areas and their boundaries."""


@areas.command("load")
@config_option
@person
@click.argument("source", metavar="FILE|URL")
@click.option("--level", required=True, help="Ebene: quartier, stadtbezirk, stadt, … / Level.")
@click.option("--number", required=True, help="Attribut mit dem Schlüssel. / Attribute with the key.")
@click.option("--name", required=True, help="Attribut mit dem Namen. / Attribute with the name.")
@click.option("--parent", help="Attribut mit dem Schlüssel des übergeordneten Gebiets. / … of the area above.")
@click.option("--parent-number", help="Ein Schlüssel für alle, statt --parent. / One key for all of them.")
@click.option("--parent-level", default="", help="Ebene des übergeordneten Gebiets. / Level of the area above.")
@click.option(
    "--digits",
    type=click.IntRange(0, 20),
    default=0,
    help="Schlüssel mit führenden Nullen auf so viele Stellen. / Leading zeros up to so many digits.",
)
@click.option("--epsg", type=int, help="Koordinatensystem, wenn die Datei es nicht sagt; beim WFS das verlangte.")
@click.option("--layer", help="Tabelle eines GeoPackage. / Table of a GeoPackage.")
@click.option("--type", "type_name", help="Objektart eines WFS. / Feature type of a WFS.")
@click.option("--from", "start", type=Day(), help="Erster Tag dieser Grenzen; bis dahin gelten die alten. / First day.")
@click.option("--always", is_flag=True, help="Statt --from: für alle Zeit, statt der alten. / For all time.")
@click.option("--to", "stop", type=Day(), help="Erster Tag danach. / First day after them.")
@click.option("--dry-run", is_flag=True, help="Nur prüfen, nichts schreiben. / Check only.")
@click.option("--repair", is_flag=True, help="Berichtigen, was sich berichtigen lässt. / Mend what can be mended.")
@click.option("--accept", multiple=True, type=click.Choice(_PROBLEMS), help="Fehler dieser Art hinnehmen (mehrfach).")
@click.option(
    "--tolerance",
    type=click.FloatRange(0),
    default=1.0,
    show_default=True,
    help="m², unter denen Lücke und Überlappung nicht zählen. / m2 not worth a word.",
)
def load_(settings: Settings, who: str, reason: str, source: str, dry_run: bool, **how: Any) -> None:
    """Grenzen einer Ebene prüfen und laden: GeoJSON, GeoPackage, Shapefile, GML, WFS. / Load boundaries.

    Überlappungen, Lücken, ungültige Ringe, Gebiete außerhalb ihres übergeordneten und nicht abgedeckte Flächen werden
    mit Schlüssel und Größe genannt; dann wird nichts geschrieben, außer mit --repair oder --accept.

    \b
    gateway registry areas load bezirke.gpkg --level stadtbezirk --number BEZ --name NAME --digits 1 --always
    gateway registry areas load https://geo.example.org/wfs --type ms:quartiere --level quartier \\
        --number QNR --name NAME --parent BEZ --parent-level stadtbezirk --digits 2 --from 2026-01-01
    """  # noqa: D301 - \b is how click is told to keep lines as they are
    from gateway.areas.loading import Mapping, to_areas
    from gateway.areas.model import AreaError
    from gateway.registry.boundaries import BoundariesError

    start: date | None = how["start"]
    if (start is None) != how["always"]:
        raise click.UsageError("entweder --from TAG oder --always / either --from DAY or --always")
    mapping = Mapping(
        **{name: how[name] for name in ("level", "number", "name", "parent", "parent_number", "parent_level", "digits",
                                        "start", "stop")},
        epsg=None if source.startswith(("http://", "https://")) else how["epsg"],
    )  # fmt: skip
    try:
        found = to_areas(_layer(source, how), mapping)
    except AreaError as error:
        click.echo(f"nicht lesbar / cannot be read: {error}", err=True)
        sys.exit(1)
    with opened(settings) as registry, registry.change(who, f"{source[:200]}{f': {reason}' if reason else ''}") as edit:
        try:
            loaded = edit.load_areas(
                found, edition=start, accept=how["accept"], repair=how["repair"], tolerance=how["tolerance"]
            )
        except BoundariesError as error:
            for fault in error.faults:
                click.echo(f"Fehler / fault: {fault}", err=True)
            click.echo(f"{len(found)} gelesen / read, {len(error.faults)} Fehler / faults, "
                       "nichts geschrieben / nothing written (--repair, --accept)", err=True)  # fmt: skip
            sys.exit(1)
        _report(loaded, dry_run=dry_run)
        if dry_run:
            edit.dry_run()


def _layer(source: str, how: dict[str, Any]) -> Layer:
    if source.startswith(("http://", "https://")):
        from gateway.areas.wfs import read_wfs

        if not how["type_name"]:
            raise click.UsageError("--type fehlt (siehe: areas types URL) / is missing (see: areas types URL)")
        return read_wfs(source, how["type_name"], epsg=how["epsg"] or 25832)
    from gateway.areas.files import read_layer

    return read_layer(Path(source), how["layer"])


def _report(loaded: Loaded, *, dry_run: bool) -> None:
    for mended in loaded.mended:
        click.echo(f"berichtigt / mended: {mended}")
    for fault in loaded.accepted:
        click.echo(f"hingenommen / accepted: {fault}")
    size, (west, south, east, north) = _extent(loaded.areas)
    click.echo(f"{len(loaded.areas)} {loaded.areas[0].level}, {size / 1e6:.2f} km², "
               f"{west:.4f} - {east:.4f} O/E, {south:.4f} - {north:.4f} N"
               f"{' - Probelauf / dry run' if dry_run else ''}")  # fmt: skip


def _extent(found: tuple[Area, ...]) -> tuple[float, tuple[float, float, float, float]]:
    import shapely

    from gateway.areas.model import metric

    west, south, east, north = shapely.total_bounds([area.geometry for area in found])
    return sum(shape.area for shape in metric(area.geometry for area in found)), (west, south, east, north)


@areas.command()
@click.argument("url")
def types(url: str) -> None:
    """Die Objektarten eines WFS. / The feature types of a WFS."""
    from gateway.areas.model import AreaError
    from gateway.areas.wfs import list_types

    try:
        for name in list_types(url):
            click.echo(name)
    except AreaError as error:
        click.echo(str(error), err=True)
        sys.exit(1)


@areas.command("list")
@config_option
@click.option("--level", help="Nur diese Ebene. / This level only.")
def list_(settings: Settings, level: str | None) -> None:
    """Alle Gebiete mit ihrer Gültigkeit. / All areas with their validity."""
    from gateway.registry.model import AreaVersion

    with opened(settings) as found:
        rows = [
            (row.id, row.name, row.parent or "-", row.start or "immer / always", row.stop or "offen / open",
             "schematisch / schematic" if row.schematic else "")
            for row in found.entries(AreaVersion)
            if level in {None, row.level}
        ]  # fmt: skip
    print_table(("Gebiet / area", "Name", "gehört zu / part of", "von / from", "bis / to", ""), rows)


@areas.command()
@config_option
@click.option("--tolerance", type=click.FloatRange(0), default=1.0, show_default=True, help="m².")
def check(settings: Settings, tolerance: float) -> None:
    """Prüft, was eingetragen ist. / Checks what the registry has."""
    from gateway.areas.validation import check as find
    from gateway.registry.membership import as_area
    from gateway.registry.model import AreaVersion

    with opened(settings) as registry:
        found = [as_area(version) for version in registry.entries(AreaVersion)]
    faults = find(found, tolerance=tolerance)
    for fault in faults:
        click.echo(str(fault))
    click.echo(f"{len(found)} Fassungen / versions, {len(faults)} Fehler / faults")
    if faults:
        sys.exit(1)


@areas.command()
@config_option
@click.option("--level", help="Nur diese Ebene. / This level only.")
@click.option("--output", type=click.Path(dir_okay=False, allow_dash=True), default="-", help="Datei, - = stdout.")
def export(settings: Settings, level: str | None, output: str) -> None:
    """Alle Fassungen als GeoJSON (WGS 84). / All versions as GeoJSON."""
    import shapely

    from gateway.registry.membership import as_area
    from gateway.registry.model import AreaVersion

    with opened(settings) as registry:
        found = [as_area(version) for version in registry.entries(AreaVersion) if level in {None, version.level}]
    features = [
        {
            "type": "Feature", "id": area.id,
            "properties": {
                "level": area.level, "number": area.number, "name": area.name, "parent": area.parent,
                "start": area.start and str(area.start), "stop": area.stop and str(area.stop),
                "schematic": area.schematic, "number_confirmed": area.number_confirmed,
            },
            "geometry": shapely.geometry.mapping(area.geometry),
        }
        for area in found
    ]  # fmt: skip
    with click.open_file(output, "w", encoding="utf-8") as file:
        json.dump({"type": "FeatureCollection", "features": features}, file, ensure_ascii=False)


COMMANDS = (areas,)
