"""A column: what it is, when it stands for, and one cell for each area."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from gateway.atlas.parts import Title

Status = Literal["ok", "confidential", "excluded", "insufficient_coverage", "no_data"]

OBSERVATION: Mapping[str, str] = {"ok": "A"}
"""SDMX CL_OBS_STATUS of a status: A is a value, P a provisional one, M is missing for every other reason."""


class Place(NamedTuple):
    """An area as register and sensors both know it: level and the authority's number, "" for the only one."""

    level: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What stands in one place. `value` is None unless `status` is "ok"; a class is text.

    Attributes:
        coverage: share of the expected observations, n_sites: sites that hang there, n_valid: those that count;
            None for registers.
        sensor_class: of the worst sensor that entered, CEN/TS 17660: 1 to 3, 4 is not classified.
        provisional: late observations may still change it.
        note: for people.
    """

    value: float | str | None
    status: Status = "ok"
    coverage: float | None = None
    n_sites: int | None = None
    n_valid: int | None = None
    sensor_class: int | None = None
    provisional: bool = False
    note: str = ""

    @property
    def obs_status(self) -> str:
        """SDMX: A, P (provisional) or M (missing)."""
        return "P" if self.status == "ok" and self.provisional else OBSERVATION.get(self.status, "M")

    @property
    def conf_status(self) -> str:
        """SDMX: F free, C confidential; primary and secondary confidentiality are not told apart (C7)."""
        return "C" if self.status == "confidential" else "F"


MISSING = Cell(value=None, status="no_data")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a joint table.

    Attributes:
        id: as it is asked for: "sozialdatenatlas:all.sgb2_rate@2023-12-31", "air_temperature.mean@2023-07".
        short: the id without its date, for those who have one date only.
        about: what holds for the whole column: reference date or window, edition, revision, method and its version.
        breaks: (reference year, reason) from which on the values are not comparable with earlier ones.
    """

    id: str
    short: str
    kind: Literal["register", "sensor"]
    title: Title
    unit: str
    about: Mapping[str, Any]
    cells: Mapping[Place, Cell]
    breaks: tuple[tuple[int, str], ...] = ()
    names: Mapping[Place, str] = field(default_factory=dict)

    def cell(self, place: Place) -> Cell:
        """The cell of an area; one that the column does not know has no data."""
        return self.cells.get(place, MISSING)

    @property
    def numeric(self) -> bool:
        """Whether it holds numbers and not classes."""
        return not any(isinstance(cell.value, str) for cell in self.cells.values())
