"""Query parameters of figures: read, checked against vocabulary and areas, turned into a question."""

# ruff: noqa: E501 - a description stands in one line, German and English

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

import msgspec

from gateway.aggregation.calendar import DAY_NS, HOUR_NS, DayBasis
from gateway.aggregation.rules import capture_names
from gateway.aggregator.query import Figures
from gateway.aggregator.question import MOST_WINDOWS, STATISTICS, Question, known_periods
from gateway.api.faults import Faults
from gateway.api.paging import Key, query_id
from gateway.api.parameters import (
    CURSOR,
    DIALECT,
    LIMIT,
    Parameter,
    ParameterError,
    answer_format,
    choice,
    one_of,
    page_size,
    quantity,
)
from gateway.api.times import ZONES

_MOST_NAMES = 100
_DAYS = {"hour": 1, "day": 31, "week": 92, "month": 366, "quarter": 732, "year": 3660,
         "hour_of_day": 28, "hour_of_week": 28}  # fmt: skip
_HOURS = {"day": 23, "week": 167, "month": 671, "quarter": 2159, "year": 8759}


def name_list(read_one: Callable[[str], str]) -> Callable[[str], tuple[str, ...]]:
    """Reads names separated by commas."""

    def read_all(text: str) -> tuple[str, ...]:
        names = tuple(dict.fromkeys(part.strip() for part in text.split(",")))
        if not all(names) or len(names) > _MOST_NAMES:
            raise ParameterError(f"1 bis {_MOST_NAMES} Namen, durch Komma getrennt.",
                                 f"Between 1 and {_MOST_NAMES} names, separated by commas.")  # fmt: skip
        return tuple(read_one(name) for name in names)

    return read_all


def share(text: str) -> float:
    """Reads a share."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not (0 <= value <= 1) or len(text) > 20:
        raise ParameterError("Anteil von 0 bis 1, mit Dezimalpunkt.", "Share from 0 to 1.")
    return value


def _flags(text: str) -> tuple[int, ...]:
    parts = {part.strip() for part in text.split(",")}
    if not parts <= {"1", "2", "3"}:
        raise ParameterError("Qualitätsmarken aus 1, 2, 3; 4 und 9 gehen nie ein.",
                             "Quality flags out of 1, 2, 3; 4 and 9 never enter.")  # fmt: skip
    return tuple(sorted(int(part) for part in parts))


RANGE = (
    Parameter(name="from", read=str, example="2026-06-01",
              description="Fenster, die ab hier beginnen: Datum (Mitternacht der Tagesbasis) oder Zeitpunkt. Windows that begin from here on."),
    Parameter(name="to", read=str, example="2026-07-01",
              description="und davor beginnen; ohne: jetzt. And before this; absent: now."),
    choice("day_basis", "berlin", tuple(ZONES), "Wessen Mitternacht den Tag beginnt. Whose midnight begins the day."),
)  # fmt: skip
WHERE = (
    Parameter(name="area", read=name_list(str), example="quartier:05",
              description="Gebiete, durch Komma getrennt. Areas, separated by commas."),
    Parameter(name="level", read=str, example="quartier",
              description="statt area: alle Gebiete dieser Ebene. Instead of area: every area of this level."),
)  # fmt: skip
PARAMETERS = (
    Parameter(name="quantity", read=name_list(quantity), required=True, example="air_temperature",
              description="Messgrößen, durch Komma getrennt. Quantities, separated by commas."),
    Parameter(name="stat", read=name_list(one_of(*STATISTICS)), default=("value",), example="value,max",
              description=f"Statistiken über die Standorte: {', '.join(STATISTICS)}; value nach dem Schätzer der Messgröße. Statistics over sites; value: by the quantity's estimator."),
    *WHERE, *RANGE,
    choice("period", "day", known_periods(), "Länge der Fenster oder Tages-/Wochengang. Length of windows, or profile."),
    Parameter(name="qc", read=_flags, default=(1, 2), example="1,2",
              description="QARTOD-Marken, die eingehen. QARTOD flags that enter."),
    Parameter(name="min_coverage", read=share, schema={"type": "number", "minimum": 0, "maximum": 1},
              description="Zeilen mit geringerer Abdeckung gelten als insufficient_coverage. Rows with less coverage count as such."),
    Parameter(name="as_of", read=str, example="2026-06-15T00:00:00Z",
              description="Stand zu diesem Zeitpunkt. As the figures stood then."),
    choice("include_invalid", "false", ("true", "false"), "Werte zeigen, die zu wenig Daten haben. Show values of too little data."),
    choice("capture", "default", capture_names(), "Regel der Mindestabdeckung. Rule of least capture."),
    answer_format("json", "csv", "geojson"),
    DIALECT, LIMIT, CURSOR,
)  # fmt: skip


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request for figures, understood. `limit` None: everything (CSV only)."""

    question: Any
    format: str
    dialect: Any
    limit: int | None
    after: Key | None
    id: str


def read_range(faults: Faults, now: int, period: str) -> tuple[int, int]:
    """Begin and end in ns."""
    stop = faults.moment("to")
    begin = faults.moment("from")
    stop = now if stop is None else stop
    start = max(0, stop - _DAYS[period] * DAY_NS) if begin is None else begin
    if not faults.found:
        faults.ordered(start, stop)
    if (stop - start) // (HOUR_NS * _HOURS.get(period, 1)) > MOST_WINDOWS:
        faults.add("from", f"Höchstens {MOST_WINDOWS} Fenster.", f"{MOST_WINDOWS} windows at most.")
    return start, stop


def read_where(values: Mapping[str, Any], faults: Faults, figures: Figures) -> None:
    """Check area and level against the areas there are."""
    areas, level = values["area"], values["level"]
    known = {area.id for area in figures.areas}
    levels = sorted({area.level for area in figures.areas})
    unknown = [name for name in areas or () if name not in known]
    if unknown:
        near = ", ".join(get_close_matches(unknown[0][:100], known, 3))
        faults.add("area", f"{unknown[0][:100]!r} ist kein Gebiet{f'; ähnlich sind: {near}' if near else ''}.",
                   f"{unknown[0][:100]!r} is no area{f'; similar are: {near}' if near else ''}.")  # fmt: skip
    if level is not None and level not in levels:
        listed = ", ".join(levels)
        faults.add("level", f"Ebenen sind: {listed}.", f"Levels are: {listed}.")
    if areas is None and level is None:
        faults.add("level", "area oder level ist anzugeben.", "area or level is needed.")


def read_question(values: Mapping[str, Any], figures: Figures, now: int) -> Asked:
    """The request; raises ProblemError 422 with everything that is wrong."""
    faults = Faults(values)
    start, stop = read_range(faults, now, values["period"])
    read_where(values, faults, figures)
    as_of = faults.past("as_of", now)
    if as_of is not None and values["qc"] != (1, 2):
        faults.add("as_of", "Frühere Stände gibt es nur mit qc=1,2.", "Earlier states exist with qc=1,2 only.")
    faults.check()
    question = Question(
        quantities=values["quantity"], stats=values["stat"], areas=values["area"], level=values["level"], start=start,
        stop=stop, period=values["period"], basis=DayBasis(values["day_basis"]), used=values["qc"],
        min_coverage=values["min_coverage"], as_of=as_of, include_invalid=values["include_invalid"] == "true",
        rule=values["capture"],
    )  # fmt: skip
    id_ = query_id(question)
    after = faults.cursor(id_)
    faults.check()
    return Asked(
        question=question, format=values["format"], dialect=values["dialect"], limit=page_size(values), after=after,
        id=id_,
    )  # fmt: skip
