"""What joint tables, correlations and the burden index have in common: their parameters, and columns made of them."""

# ruff: noqa: E501 - a description stands in one line, German and English

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gateway.aggregation.calendar import Period
from gateway.aggregator.query import Figures
from gateway.aggregator.question import STATISTICS, Question, TooMuchError
from gateway.api.faults import Faults
from gateway.api.parameters import Parameter, ParameterError, choice, one_of, plain_text, quantity
from gateway.api.questions import RANGE, name_list, read_range, share
from gateway.api.sensor_columns import area_names, question_of, sensor_columns
from gateway.atlas.errors import AtlasError
from gateway.atlas.joint.columns import Column, Place
from gateway.atlas.joint.registered import LEVELS, register_column
from gateway.atlas.joint.table import places
from gateway.atlas.registers import Registers
from gateway.problems import Kind, ProblemError

PERIODS = tuple(str(period) for period in Period)
LEVEL = choice("level", "quartier", tuple(LEVELS), "Ebene der Gebiete. Level of areas.")
PERIOD = Parameter(
    name="period", read=one_of(*PERIODS), schema={"type": "string", "enum": list(PERIODS)}, example="month",
    description="Länge der Fenster; mit Sensorgrößen anzugeben. Length of windows; needed with sensor quantities.",
)  # fmt: skip
MIN_COVERAGE = Parameter(
    name="min_coverage", read=share, schema={"type": "number", "minimum": 0, "maximum": 1},
    description="Geringere Abdeckung gilt als insufficient_coverage. Less coverage counts as such.",
)  # fmt: skip
_FROM, _TO, _BASIS = RANGE
_NEEDED = "Mit Sensorgrößen anzugeben. Needed with sensor quantities."
WINDOW = (
    replace(_FROM, description=f"Fenster, die ab hier beginnen. Windows that begin from here on. {_NEEDED}"),
    replace(_TO, description=f"Und davor beginnen. And before this. {_NEEDED}"),
    _BASIS, PERIOD, MIN_COVERAGE, LEVEL,
)  # fmt: skip
REGISTER = Parameter(
    name="register", read=name_list(plain_text(200)), default=(), example="sozialdatenatlas:sgb2_rate@2023-12-31",
    description="Registergrößen DATENSATZ:GRÖSSE@STICHTAG, durch Komma getrennt; nie interpoliert. Register columns, separated by commas; never interpolated.",
)  # fmt: skip
QUANTITY = Parameter(
    name="quantity", read=name_list(quantity), default=(), example="air_temperature",
    description="Messgrößen der Sensoren, durch Komma getrennt. Quantities of sensors, separated by commas.",
)  # fmt: skip
STAT = Parameter(
    name="stat", read=name_list(one_of(*STATISTICS)), default=("value",), example="value,max",
    description="Statistiken über die Standorte; value nach dem Schätzer der Messgröße. Statistics over sites; value: by the quantity's estimator.",
)  # fmt: skip


def explicit_window(values: Mapping[str, Any], now: int) -> tuple[int, int]:
    """Begin and end in ns; a joint table says its period, so none of `from`, `to`, `period` has a default."""
    faults = Faults(values)
    for name in ("from", "to", "period"):
        if values[name] is None:
            faults.add(name, "Mit Sensorgrößen anzugeben.", "Needed with sensor quantities.")
    faults.check()
    start, stop = read_range(faults, now, values["period"])
    faults.check()
    return start, stop


def problem(error: AtlasError, kind: Kind = Kind.INVALID) -> ProblemError:
    """What the atlas says, as a problem."""
    german, _, english = str(error).partition(" / ")
    return ProblemError(kind, german, english or german)


class Joining:
    """Makes columns. Calls block."""

    def __init__(self, registers: Registers, figures: Figures | None) -> None:
        """`figures` None: this process has no sensor figures."""
        self.registers, self._figures = registers, figures

    def register_columns(self, spelled: Iterable[str]) -> list[Column]:
        """Columns of registers; raises ProblemError with what there is instead."""
        try:
            return [register_column(self.registers, each) for each in spelled]
        except AtlasError as error:
            raise problem(error) from error

    def sensor_columns(self, question: Question) -> list[Column]:
        """Columns of sensors; raises ProblemError."""
        if self._figures is None:
            raise ProblemError(
                Kind.UNAVAILABLE,
                "Dieser Dienst führt keine Kennzahlen der Sensoren ([aggregation] enabled).",
                "This service has no figures of sensors ([aggregation] enabled).",
            )
        try:
            found = sensor_columns(self._figures, question)
        except TooMuchError as error:
            raise ProblemError(Kind.INVALID, error.de, error.en) from None
        if not found:
            raise ProblemError(
                Kind.INVALID,
                f"Zwischen from und to beginnt kein Fenster der Länge {question.period}.",
                f"No window of the period {question.period} begins between from and to.",
            )
        return found

    def areas(self, columns: Sequence[Column], level: str) -> dict[Place, str]:
        """Areas of the table."""
        return places(columns, level, area_names(self._figures) if self._figures else {})

    def one(self, spelled: str, values: Mapping[str, Any], now: int) -> Column:
        """The one column that `spelled` means: a register's, or QUANTITY[.STAT][@WINDOW] of sensors."""
        if ":" in spelled:
            return self.register_columns([spelled])[0]
        name, _, label = spelled.partition("@")
        wanted, _, stat = name.partition(".")
        stat = stat or "value"
        try:
            quantity(wanted)
            one_of(*STATISTICS)(stat)
        except ParameterError as error:
            raise ProblemError(
                Kind.INVALID, f"{spelled[:80]}: {error.why}", f"{spelled[:80]}: {error.why_en}"
            ) from None
        start, stop = explicit_window(values, now)
        asked = {**values, "quantity": (wanted,), "stat": (stat,)}
        found = self.sensor_columns(question_of(asked, values["level"], start, stop))
        matching = [column for column in found if not label or column.about["window"] == label]
        if len(matching) != 1:
            windows = ", ".join(column.about["window"] for column in found[:12])
            raise ProblemError(
                Kind.INVALID,
                f"{spelled[:80]}: genau ein Fenster ist nötig, etwa {found[0].id}; es gibt: {windows}.",
                f"{spelled[:80]}: exactly one window is needed, such as {found[0].id}; there are: {windows}.",
            )
        return matching[0]


def question_from(values: Mapping[str, Any], now: int) -> Question:
    """The sensor half of a joint table's parameters."""
    start, stop = explicit_window(values, now)
    return question_of(values, values["level"], start, stop)
