"""In which areas each site lies, and when: the one rule by which the whole product decides it. Pure.

    1  the finest level is looked up by point; on a border the area with the smallest number has it (`index`)
    2  the levels above follow its parents, so that a Quartier's sites are all its Bezirk's, whatever two drawings of
       one border say
    3  a level that no parent leads to is looked up by point itself, as for a site between two Quartiere
    4  a site in no area of a level belongs to none of it

Boundaries change at local midnight.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gateway.areas.index import AreaIndex
from gateway.areas.model import Area

BERLIN = ZoneInfo("Europe/Berlin")


class Member(NamedTuple):
    """A site lies in an area in `[start, stop)` ns; None: open."""

    site: str
    area: str
    level: str
    start: int
    stop: int | None


def memberships(points: Mapping[str, tuple[float, float]], areas: Sequence[Area]) -> list[Member]:
    """Where sites (longitude, latitude in degrees) lie in every time in which boundaries do not change."""
    if not points or not areas:
        return []
    index, levels, sites = AreaIndex(areas), _finest_first(areas), sorted(points)
    places = [points[site] for site in sites]
    edges = sorted({day for area in areas for day in (area.start, area.stop) if day is not None})
    found: dict[tuple[str, str, str], list[tuple[int, int | None]]] = defaultdict(list)
    for first, after in zip([None, *edges], [*edges, None], strict=True):
        start, stop = midnight(first) if first else 0, midnight(after) if after else None
        for key in _on(first or date.min, index, levels, sites, places):
            pieces = found[key]
            if pieces and pieces[-1][1] == start:
                pieces[-1] = (pieces[-1][0], stop)
            else:
                pieces.append((start, stop))
    return [Member(*key, *piece) for key in sorted(found) for piece in found[key]]


def _on(
    day: date, index: AreaIndex, levels: Sequence[str], sites: Sequence[str], places: Sequence[tuple[float, float]]
) -> Iterable[tuple[str, str, str]]:
    told: dict[str, set[str]] = defaultdict(set)
    for level in levels:
        for site, located in zip(sites, index.locate_all(places, level, day), strict=True):
            if located.area is None or level in told[site]:
                continue
            for area in (located.area, *index.ancestors(located.area, day)):
                if area.level not in told[site]:
                    told[site].add(area.level)
                    yield site, area.id, area.level


def _finest_first(areas: Sequence[Area]) -> list[str]:
    """Levels in order of how many levels lie above them."""
    level_of = {area.id: area.level for area in areas}
    above = {area.level: level_of[area.parent] for area in areas if area.parent in level_of}

    def depth(level: str) -> int:
        steps, seen = 0, {level}
        while (level := above.get(level, "")) and level not in seen:
            seen.add(level)
            steps += 1
        return steps

    return sorted(set(level_of.values()), key=lambda each: (-depth(each), each))


def midnight(day: date) -> int:
    """The beginning of a civil day, ns UTC."""
    since = datetime.combine(day, time(), BERLIN).astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return max(0, (since.days * 86_400 + since.seconds) * 1_000_000_000)
