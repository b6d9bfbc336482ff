"""Arcs of circles as lines: cadastral boundaries have them. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

STEP = math.radians(5)
"""Angle between points of a line in place of an arc: at 100 m radius it leaves the arc by 0.1 m at most."""
Point = tuple[float, float]


def arc(points: Sequence[Point], *, closed: bool = False) -> list[Point]:
    """A line for a string of arcs, each through three points, the last of one being the first of the next.

    `closed`: one circle through three points. Three points on a line, or a remainder, stay as they are.
    """
    if closed:
        return _circle(points)
    found: list[Point] = [points[0]]
    for at in range(0, len(points) - 2, 2):
        found += _between(*points[at : at + 3])
    if len(points) % 2 == 0:
        found.append(points[-1])
    return found


def _circle(points: Sequence[Point]) -> list[Point]:
    centre = _centre(*points[:3]) if len(points) >= 3 else None
    if centre is None:
        return list(points)
    radius, steps = math.dist(centre, points[0]), math.ceil(math.tau / STEP)
    first = math.atan2(points[0][1] - centre[1], points[0][0] - centre[0])
    angles = (first + math.tau * step / steps for step in range(steps))
    around = [(centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle)) for angle in angles]
    return [*around, around[0]]


def _centre(one: Point, two: Point, three: Point) -> Point | None:
    (bx, by), (cx, cy) = ((x - one[0], y - one[1]) for x, y in (two, three))
    d = 2 * (bx * cy - by * cx)
    if abs(d) < 1e-12:
        return None
    b, c = bx * bx + by * by, cx * cx + cy * cy
    return one[0] + (cy * b - by * c) / d, one[1] + (bx * c - cx * b) / d


def _between(one: Point, two: Point, three: Point) -> list[Point]:
    """Points behind the first, up to the third."""
    centre = _centre(one, two, three)
    if centre is None:
        return [two, three]
    x, y = centre
    radius = math.dist(centre, one)
    first, middle, last = (math.atan2(py - y, px - x) for px, py in (one, two, three))
    to_middle, to_last = ((angle - first) % math.tau for angle in (middle, last))
    if to_middle > to_last:  # the other way round
        to_last -= math.tau
    steps = max(2, math.ceil(abs(to_last) / STEP))
    angles = (first + to_last * step / steps for step in range(1, steps))
    return [*((x + radius * math.cos(angle), y + radius * math.sin(angle)) for angle in angles), three]
