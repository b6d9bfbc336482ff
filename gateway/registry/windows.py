"""From what stood in the registry and what stands there now: the windows whose results change. Pure.

A window says where a fact differs. How far a value reaches out of it (the hold of 1.5 intervals, a counter's next
difference) the aggregation knows, as it does for a late observation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gateway.registry.model import EVERY, Fact, Installation
from gateway.registry.timeline import OPEN, Piece, Span, changed, intersect, subtract, union


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Window:
    """Half-open `[start, stop)` ns, stop None: open. Device and site "" and channel, quantity "*": not narrowed."""

    device: str = ""
    channel: str = EVERY
    quantity: str = EVERY
    site: str = ""
    start: int
    stop: int | None
    reason: str


def spans(installations: Iterable[Installation]) -> list[Span]:
    """When something hung."""
    return union((each.start, OPEN if each.stop is None else each.stop) for each in installations)


def device_windows(
    before: tuple[Sequence[Installation], Sequence[Fact]], after: tuple[Sequence[Installation], Sequence[Fact]]
) -> Iterator[Window]:
    """Windows of one device, from its installations and facts before and after a change."""
    device = next((each.device for group in (*before, *after) for each in group), "")
    moved = list(_moved(device, before[0], after[0])) if before[0] != after[0] else []
    yield from moved
    if before[1] != after[1]:
        # Where the whole device came or went, everything is computed again anyway.
        whole = union((each.start, OPEN if each.stop is None else each.stop) for each in moved if each.channel == EVERY)
        yield from _other_facts(device, before, after, whole)


def _moved(device: str, before: Sequence[Installation], after: Sequence[Installation]) -> Iterator[Window]:
    old, new = _places(before), _places(after)
    for channel in sorted(old.keys() | new.keys()):
        was, is_ = _hung(old, channel), _hung(new, channel)
        different = changed(was, is_)
        sites: Mapping[str, list[Span]] = _by_site([*was, *is_])
        for site, there in sites.items():
            for start, stop in intersect(different, there):
                yield Window(device=device, channel=channel, site=site, start=start, stop=_stop(stop),
                             reason="installation")  # fmt: skip


def _hung(places: Mapping[str, Sequence[Piece]], channel: str) -> list[Piece]:
    """Where a channel hangs: while it has an installation of its own there, else where its device does."""
    own = places.get(channel, ())
    taken = [(start, stop) for start, stop, _ in own]
    device = places.get(EVERY, ()) if channel != EVERY else ()
    return [*own, *((*span, place) for start, stop, place in device for span in subtract([(start, stop)], taken))]


def _other_facts(
    device: str,
    before: tuple[Sequence[Installation], Sequence[Fact]],
    after: tuple[Sequence[Installation], Sequence[Fact]],
    known: Sequence[Span],
) -> Iterator[Window]:
    hung = spans([*before[0], *after[0]])
    old, new = _values(before[1]), _values(after[1])
    for key in sorted(old.keys() | new.keys()):
        site, channel, quantity, attribute = key
        there = [each for each in (*before[0], *after[0]) if each.site == site]
        different = intersect(changed(old.get(key, []), new.get(key, [])), spans(there) if site else hung)
        for start, stop in subtract(different, known):
            yield Window(device=device, channel=channel, quantity=quantity, site=site, start=start,
                         stop=_stop(stop), reason=attribute)  # fmt: skip


def site_windows(site: str, hung: Iterable[Span], where: Iterable[Span], reason: str) -> Iterator[Window]:
    """Windows of a site: those of `where` in which something hung there."""
    for start, stop in intersect(hung, where):
        yield Window(site=site, start=start, stop=_stop(stop), reason=reason)


def _stop(stop: int) -> int | None:
    return None if stop >= OPEN else stop


def _places(rows: Sequence[Installation]) -> dict[str, list[Piece]]:
    found: dict[str, list[Piece]] = defaultdict(list)
    for row in rows:
        found[row.channel].append((row.start, OPEN if row.stop is None else row.stop, (row.site, row.special)))
    return found


def _by_site(pieces: Iterable[Piece]) -> dict[str, list[Span]]:
    found: dict[str, list[Span]] = defaultdict(list)
    for start, stop, place in pieces:
        assert isinstance(place, tuple)
        found[str(place[0])].append((start, stop))
    return found


def _values(rows: Sequence[Fact]) -> dict[tuple[str, str, str, str], list[Piece]]:
    found: dict[tuple[str, str, str, str], list[Piece]] = defaultdict(list)
    for row in rows:
        stop = OPEN if row.stop is None else row.stop
        found[row.site, row.channel, row.quantity, row.attribute].append((row.start, stop, row.value))
    return found
