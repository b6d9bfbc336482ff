"""What is wrong with a request, gathered over all its parameters; times and cursors among them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.api.paging import Key, decode_cursor
from gateway.api.parameters import ParameterError, fault, invalid
from gateway.api.times import TimeFormatError, parse_time
from gateway.problems import Fault


class Faults:
    """Gathers what is wrong, so that one answer names all of it."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        """`values` are those of `read_parameters`; times need the parameter `day_basis` among them."""
        self._values = values
        self.found: list[Fault] = []

    def add(self, name: str, de: str, en: str) -> None:
        """One more."""
        value = self._values[name]
        text = ",".join(str(part) for part in value) if isinstance(value, tuple) else str(value or "")
        self.found.append(fault(name, text, ParameterError(de, en)))

    def moment(self, name: str) -> int | None:
        """A time in ns; None when it is absent or wrong."""
        if self._values[name] is None:
            return None
        try:
            return parse_time(self._values[name], self._values["day_basis"])
        except TimeFormatError as error:
            self.add(name, error.why, error.why_en)
            return None

    def past(self, name: str, now: int) -> int | None:
        """A time in ns that `now` has reached; None when it is absent or wrong."""
        moment = self.moment(name)
        if moment is not None and moment > now:
            self.add(name, "Liegt in der Zukunft.", "Is in the future.")
        return moment

    def ordered(self, start: int, stop: int) -> None:
        """A range `from`, `to` that is not empty."""
        if start >= stop:
            self.add("from", "Der Beginn muss vor dem Ende liegen.", "The begin must be before the end.")

    def cursor(self, query: str) -> Key | None:
        """The row to continue `query` after; None when there is no cursor or a wrong one."""
        if self._values["cursor"] is None:
            return None
        try:
            return decode_cursor(query, self._values["cursor"])
        except ParameterError as error:
            self.add("cursor", error.why, error.why_en)
            return None

    def check(self) -> None:
        """Raise ProblemError 422 when there is any."""
        if self.found:
            raise invalid(*self.found)
