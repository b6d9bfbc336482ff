"""Columns side by side: wide (one row for each area) and long (one row for each area and column)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from gateway.atlas.errors import AtlasError, text
from gateway.atlas.joint.columns import Cell, Column, Place

Row = dict[str, Any]


def places(columns: Sequence[Column], level: str, known: Mapping[Place, str]) -> dict[Place, str]:
    """Areas of a level with their names, in the register's order, then those that only sensors know."""
    found: dict[Place, str] = {}
    for names in (*(column.names for column in columns), known):
        for place, name in names.items():
            if place.level == level:
                found.setdefault(place, name)
    return found


def ranks(column: Column, areas: Iterable[Place]) -> dict[Place, int]:
    """Rank of each area that has a number, 1 for the greatest; equal values share the best.

    A suppressed area has no place among the others: it would bound its value (C9).
    """
    values = {place: v for place in areas if isinstance(v := column.cell(place).value, float)}
    ordered = sorted(values.values(), reverse=True)
    first: dict[float, int] = {}
    for rank, value in enumerate(ordered, 1):
        first.setdefault(value, rank)
    return {place: first[value] for place, value in values.items()}


def legend(column: Column, areas: Iterable[Place], classes: int = 5) -> tuple[float, ...]:
    """Breaks of a map's legend: least value, inner quantiles, greatest value, of the values that are shown (C9)."""
    values = sorted(v for place in areas if isinstance(v := column.cell(place).value, float))
    if not values:
        return ()
    series = pl.Series(values)
    return tuple(float(series.quantile(n / classes, "linear") or 0.0) for n in range(classes + 1))


def _area(place: Place, name: str) -> Row:
    return {
        "area_id": f"{place.level}:{place.number}" if place.number else place.level,
        "area": place.number,
        "area_name": name,
        "level": place.level,
    }


def _method(column: Column) -> str | None:
    method, version = column.about.get("method"), column.about.get("method_version")
    return None if method is None else f"{method} {version}"


def _beside(column: Column, cell: Cell, rank: int | None) -> Row:
    common = {"rank": rank, "status": cell.status, "obs_status": cell.obs_status, "conf_status": cell.conf_status}
    if column.kind == "register":
        return common | {"edition": column.about["edition"], "method": _method(column)}
    return common | {
        "coverage": cell.coverage,
        "n_sites": cell.n_sites,
        "n_sites_valid": cell.n_valid,
        "method": _method(column),
    }


def wide(columns: Sequence[Column], areas: Mapping[Place, str]) -> list[Row]:
    """One row for each area: each column's value, and beside it what it is worth."""
    rows = []
    order = {column.id: ranks(column, areas) for column in columns}
    for place, name in areas.items():
        row = _area(place, name)
        for column in columns:
            cell = column.cell(place)
            row[column.id] = cell.value
            beside = _beside(column, cell, order[column.id].get(place))
            row |= {f"{column.id}.{key}": value for key, value in beside.items()}
        rows.append(row)
    return rows


def long(columns: Sequence[Column], areas: Mapping[Place, str]) -> list[Row]:
    """One row for each area and column."""
    rows = []
    order = {column.id: ranks(column, areas) for column in columns}
    for place, name in areas.items():
        for column in columns:
            cell, about = column.cell(place), column.about
            rows.append(
                _area(place, name)
                | {
                    "column": column.id,
                    "kind": column.kind,
                    "title": column.title.de,
                    "value": cell.value,
                    "unit": column.unit,
                    "rank": order[column.id].get(place),
                    "status": cell.status,
                    "obs_status": cell.obs_status,
                    "conf_status": cell.conf_status,
                    "stichtag": about.get("stichtag"),
                    "period_start": about.get("period_start"),
                    "period_end": about.get("period_end"),
                    "coverage": cell.coverage,
                    "n_sites": cell.n_sites,
                    "n_sites_valid": cell.n_valid,
                    "sensor_class": cell.sensor_class,
                    "edition": about.get("edition"),
                    "revision": about.get("revision"),
                    "method": about.get("method"),
                    "method_version": about.get("method_version"),
                    "note": cell.note or None,
                }
            )
    return rows


def frame(columns: Sequence[Column], areas: Mapping[Place, str]) -> pl.DataFrame:
    """Column "area" (id) and one column of numbers for each; what may not or cannot be shown is null (C9).

    Raises:
        AtlasError: a column holds classes, which are no numbers.
    """
    for column in columns:
        if not column.numeric:
            raise AtlasError(text(f"{column.id} sind Klassen, keine Zahlen", f"{column.id} are classes, no numbers"))
    data: dict[str, list[Any]] = {"area": [_area(place, name)["area_id"] for place, name in areas.items()]}
    for column in columns:
        data[column.id] = [column.cell(place).value for place in areas]
    schema: dict[str, pl.DataType] = {"area": pl.String(), **{column.id: pl.Float64() for column in columns}}
    return pl.DataFrame(data, schema=schema)


def suppressed(columns: Sequence[Column], areas: Mapping[Place, str]) -> int:
    """How many cells are confidential, for the audit log (C10)."""
    return sum(column.cell(place).status == "confidential" for column in columns for place in areas)


def described(column: Column, areas: Iterable[Place]) -> Row:
    """What an answer says about a column, with the breaks of a legend over what is shown."""
    return {
        "id": column.id,
        "kind": column.kind,
        "title": column.title.de,
        "title_en": column.title.en,
        "unit": column.unit,
        "legend": list(legend(column, areas)),
        **column.about,
    }
