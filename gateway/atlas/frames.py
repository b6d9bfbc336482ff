"""Public register values as frames: one row for each Quartier, one column for each indicator, at one reference date.

Made of a released edition's public tables and of nothing else, so a frame may be joined, ranked, correlated and
exported without another look at confidentiality (C9).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl


def register_frame(edition: Mapping[str, Any]) -> pl.DataFrame:
    """Columns area, register_stand, and variant.name for counts, printed ratios, indicators, index and class.

    A ratio under confidentiality rules is the printed one, with its printed decimals; a suppressed value is null.
    """
    public = edition["public"]
    areas: dict[str, dict[str, Any]] = {}
    ratio_names = {
        (variant, name.partition("|")[2]) for variant, found in public["variants"].items() for name in found["ratios"]
    }
    columns: dict[str, pl.DataType] = {"area": pl.String(), "register_stand": pl.String()}
    for variant, found in public["variants"].items():
        for area, row in found["areas"].items():
            cells = areas.setdefault(area, {"area": area, "register_stand": edition["stichtag"]})
            for name, value in {**row["inputs"], **row["indicators"]}.items():
                shown = value
                if (variant, name) in ratio_names:
                    shown = found["ratios"].get(f"{area}|{name}")
                cells[f"{variant}.{name}"] = None if shown is None else float(shown)
                columns[f"{variant}.{name}"] = pl.Float64()
            cells[f"{variant}.index"] = None if row["index"] is None else float(row["index"])
            cells[f"{variant}.class"] = row["class"] or None
            columns |= {f"{variant}.index": pl.Float64(), f"{variant}.class": pl.String()}
    return pl.DataFrame(list(areas.values()), schema=columns)


def ranks(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """Area, value and rank (1 for the greatest, equal values share the best) of the areas that have a value.

    A suppressed area is not in the list: a place among others would bound its value.
    """
    return (
        frame.select("area", column)
        .drop_nulls()
        .with_columns(pl.col(column).rank("min", descending=True).cast(pl.Int64).alias("rank"))
        .sort("rank", "area")
    )


def legend(frame: pl.DataFrame, column: str, classes: int = 5) -> tuple[float, ...]:
    """Breaks of a map's legend: least value, inner quantiles, greatest value, of the values that are shown."""
    values = frame[column].drop_nulls()
    if values.is_empty():
        return ()
    breaks = [values.quantile(n / classes, "linear") for n in range(classes + 1)]
    return tuple(float(found) for found in breaks if found is not None)
