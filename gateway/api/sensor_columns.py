"""Sensor figures as columns of a joint table: one window, one quantity, one statistic each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from gateway.aggregation.calendar import DayBasis, Period, to_datetime, window_frame
from gateway.aggregator.query import Figures
from gateway.aggregator.question import Question, TooMuchError, method_version
from gateway.api.formats.aggregates import NOT_REPRESENTATIVE, Named
from gateway.api.formats.observations import unit_of
from gateway.api.times import format_utc
from gateway.atlas.joint.columns import Cell, Column, Place
from gateway.atlas.parts import Title
from gateway.quantities import QUANTITIES

MOST_COLUMNS = 60
"""Sensor columns of one table."""


def windows(question: Question) -> list[tuple[int, int, str]]:
    """(start, stop, label) of the windows that begin in the question's range."""
    found = window_frame(Period(question.period), question.basis, question.start, question.stop)
    inside = found.filter((pl.col("start") >= question.start) & (pl.col("start") < question.stop))
    return list(inside.select("start", "stop", "label").iter_rows())


def sensor_columns(figures: Figures, question: Question) -> list[Column]:
    """Every window, quantity and statistic of the question as a column. Blocks.

    Raises:
        TooMuchError: the question needs more than one answer may.
    """
    spans = windows(question)
    if len(spans) * len(question.quantities) * len(question.stats) > MOST_COLUMNS:
        raise TooMuchError(
            f"{len(spans)} Fenster je Messgröße: höchstens {MOST_COLUMNS} Spalten; period verlängern.",
            f"{len(spans)} windows for each quantity: {MOST_COLUMNS} columns at most; choose a longer period.",
        )
    named = Named(figures.areas)
    keys = {area.id: _place(area.level, area.number) for area in figures.areas}
    cells: dict[tuple[int, str, str], dict[Place, Cell]] = {}
    watermark = figures.watermark()
    for piece in figures.pieces(question):
        for one in piece.iter_rows(named=True):
            if (place := keys.get(one["area"])) is not None:
                cells.setdefault((one["start"], one["quantity"], one["stat"]), {})[place] = _cell(one, watermark)
    day = to_datetime(question.start, question.basis).date()
    names = {keys[id_]: area.name for id_ in keys if (area := named.at(id_, day)) is not None}
    return [
        _column(question, quantity, stat, span, cells.get((span[0], quantity, stat), {}), names)
        for quantity in question.quantities
        for stat in question.stats
        for span in spans
    ]


def area_names(figures: Figures) -> dict[Place, str]:
    """Every area that sensors know."""
    return {_place(area.level, area.number): area.name for area in figures.areas}


def _place(level: str, number: str) -> Place:
    """The city has one area, whatever its key; registers know it without a number."""
    return Place(level, "" if level == "stadt" else number)


def _cell(one: Mapping[str, Any], watermark: int) -> Cell:
    ok = one["status"] == "ok" and one["value"] is not None
    return Cell(
        value=one["value"] if ok else None,
        status=one["status"] if ok or one["status"] != "ok" else "no_data",
        coverage=one["coverage"],
        n_sites=one["n_sites"],
        n_valid=one["n_sites_valid"],
        sensor_class=one["sensor_class"],
        provisional=one["stop"] > watermark,
        note=NOT_REPRESENTATIVE if ok and one["n_sites_valid"] == 1 else "",
    )


def _column(
    question: Question,
    quantity: str,
    stat: str,
    span: tuple[int, int, str],
    cells: Mapping[Place, Cell],
    names: Mapping[Place, str],
) -> Column:
    start, stop, label = span
    row = QUANTITIES[quantity]
    return Column(
        id=f"{quantity}.{stat}@{label}",
        short=f"{quantity}.{stat}",
        kind="sensor",
        title=Title(de=f"{row.de} ({stat})", en=f"{row.en} ({stat})"),
        unit="1" if stat in {"concentration", "worst_class"} else unit_of(quantity),
        about={
            "quantity": quantity,
            "stat": stat,
            "period": question.period,
            "window": label,
            "period_start": format_utc(start),
            "period_end": format_utc(stop),
            "day_basis": str(question.basis),
            "first_day": str(to_datetime(start, question.basis).date()),
            "last_day": str(to_datetime(stop - 1, question.basis).date()),
            "min_coverage": question.min_coverage,
            "method": "aggregation",
            "method_version": method_version(),
        },
        cells=cells,
        names=names,
    )


def question_of(values: Mapping[str, Any], level: str, start: int, stop: int) -> Question:
    """The question behind the parameters of a joint table."""
    return Question(
        quantities=values["quantity"],
        stats=values["stat"],
        level=level,
        start=start,
        stop=stop,
        period=values["period"],
        basis=DayBasis(values["day_basis"]),
        min_coverage=values["min_coverage"],
    )
