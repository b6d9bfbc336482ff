"""The areas register values belong to: city, districts, Quartiere, and the cases that belong to none of them.

    city = districts + unassigned, district = its Quartiere

Codes are text; "05" and "5" are different areas.
"""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from pydantic import Field

from gateway.atlas.parts import Part

Level = Literal["quartier", "bezirk", "stadt", "unassigned"]


class Place(Part):
    """An area with its code and name."""

    code: str = Field(min_length=1)
    name: str


class District(Place):
    """A Stadtbezirk and its Quartiere as (code, name)."""

    quartiere: tuple[tuple[str, str], ...] = Field(min_length=1)


class Areas(Part):
    """One city's hierarchy."""

    id: str
    version: str
    unconfirmed: tuple[str, ...] = ()
    city: Place
    unassigned: Place
    district: tuple[District, ...] = Field(min_length=1)

    @cached_property
    def quartiere(self) -> dict[str, str]:
        """Quartier → name, in order."""
        return {code: name for district in self.district for code, name in district.quartiere}

    @cached_property
    def parent(self) -> dict[str, str]:
        """Every area but the city → the area it is a part of."""
        found = {code: district.code for district in self.district for code, _ in district.quartiere}
        return found | {place.code: self.city.code for place in (*self.district, self.unassigned)}

    @cached_property
    def names(self) -> dict[str, str]:
        """Every area → name."""
        larger = {place.code: place.name for place in (self.city, self.unassigned, *self.district)}
        return self.quartiere | larger

    def level(self, code: str) -> Level:
        """Level of a known area."""
        if code in self.quartiere:
            return "quartier"
        if code == self.city.code:
            return "stadt"
        return "unassigned" if code == self.unassigned.code else "bezirk"

    def of_level(self, level: Level) -> tuple[str, ...]:
        """Areas of a level, in order."""
        return tuple(code for code in self.names if self.level(code) == level)
