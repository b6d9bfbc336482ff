"""The registry as frames, in the schemas that `gateway.aggregation.plan` joins with the series."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl
from sqlalchemy import Connection, select

from gateway.aggregation import plan
from gateway.areas.membership import Member, memberships
from gateway.model import SECOND_NS
from gateway.registry import tables
from gateway.registry.change import Change, to_entry
from gateway.registry.membership import as_area
from gateway.registry.model import EVERY, AreaVersion, Attribute, Fact, Installation, Site
from gateway.registry.timeline import OPEN, Piece, Span, changed, intersect, subtract, union

_ATTRIBUTES = tuple(plan.FACTS)[5:]
"""FACTS begins with device, channel, quantity, start, stop; the attributes follow under their own names."""


def sites(rows: Iterable[Site]) -> pl.DataFrame:
    """Schema SITES."""
    return pl.DataFrame([(row.id, row.height, row.private) for row in rows], schema=plan.SITES, orient="row")


def installations(connection: Connection) -> pl.DataFrame:
    """Schema INSTALLATIONS, a row for each id under which a device is reported."""
    names = _names(connection)
    rows = [
        (name, _any(row.channel), row.site, row.special, row.start, row.stop)
        for row in _all(connection, Installation)
        for name in names[row.device]
    ]
    return pl.DataFrame(rows, schema=plan.INSTALLATIONS, orient="row")


def facts(connection: Connection) -> pl.DataFrame:
    """Schema FACTS, one attribute in each row. What is bound to a site goes before what holds everywhere."""
    names = _names(connection)
    hung: dict[str, list[Installation]] = defaultdict(list)
    for installed in _all(connection, Installation):
        hung[installed.device].append(installed)
    by_device: dict[str, list[Fact]] = defaultdict(list)
    for fact in _all(connection, Fact):
        by_device[fact.device].append(fact)
    rows: list[tuple[Any, ...]] = []
    for device, known in by_device.items():
        for channel, quantity, attribute, (start, stop), value in resolved(known, hung[device]):
            if attribute not in _ATTRIBUTES:  # when a device is mobile says where it does not hang, no more
                continue
            about = (_any(channel), _any(quantity), start, None if stop >= OPEN else stop)
            said = tuple(_value(attribute, value) if attribute == name else None for name in _ATTRIBUTES)
            rows.extend((name, *about, *said) for name in names[device])
    return pl.DataFrame(rows, schema=plan.FACTS, orient="row")


def resolved(known: Sequence[Fact], hung: Sequence[Installation]) -> Iterable[tuple[str, str, str, Span, float]]:
    """(channel, quantity, attribute, span, value) of one device, facts bound to sites cut to when it hung there."""
    bound: dict[tuple[str, str, str], list[Span]] = defaultdict(list)
    for fact in known:
        if not fact.site:
            continue
        for place in hung:
            if place.site == fact.site and (EVERY in {fact.channel, place.channel} or fact.channel == place.channel):
                channel = place.channel if fact.channel == EVERY else fact.channel
                key = (channel, fact.quantity, fact.attribute)
                for span in intersect([_span(fact)], [_span(place)]):
                    bound[key].append(span)
                    yield *key, span, fact.value
    for fact in known:
        if not fact.site:
            key = (fact.channel, fact.quantity, fact.attribute)
            for span in subtract([_span(fact)], bound.get(key, [])):
                yield *key, span, fact.value


def areas(known: Sequence[Site], versions: Sequence[AreaVersion]) -> pl.DataFrame:
    """Schema AREAS: in which areas each site with a point lies, and when."""
    found = memberships(_points(known), [as_area(version) for version in versions])
    return pl.DataFrame(found, schema=plan.AREAS, orient="row")


def relocated(change: Change, moved: Sequence[tuple[Site, Site]], *, boundaries: bool) -> list[tuple[str, list[Span]]]:
    """Sites that lie, for some time, in other areas than before the change.

    Args:
        change: under way, not yet written.
        moved: (before, after) of sites whose point was corrected.
        boundaries: whether boundaries change too: then every site is looked at.
    """
    now = change.all(AreaVersion)
    if not now and not boundaries:
        return [(after.id, [(0, OPEN)]) for _, after in moved]
    old = now
    if boundaries:
        differing = {(key, after is not None): before for type_, key, before, after in change.differences()
                     if type_ is AreaVersion}  # fmt: skip
        touched = {key for key, _ in differing}
        kept = [version for version in now if (version.id, version.start) not in touched]
        old = kept + [before for before in differing.values() if isinstance(before, AreaVersion)]
    after_sites = {site.id: site for site in (change.all(Site) if boundaries else [after for _, after in moved])}
    before_sites = after_sites | {before.id: before for before, _ in moved}
    before = _by_site(memberships(_points(before_sites.values()), [as_area(version) for version in old]))
    after = _by_site(memberships(_points(after_sites.values()), [as_area(version) for version in now]))
    found = []
    for site in sorted(before.keys() | after.keys()):
        was, is_ = before.get(site, {}), after.get(site, {})
        where = union(
            span for level in was.keys() | is_.keys() for span in changed(was.get(level, []), is_.get(level, []))
        )
        if where:
            found.append((site, where))
    return found


def _by_site(members: Iterable[Member]) -> Mapping[str, dict[str, list[Piece]]]:
    found: dict[str, dict[str, list[Piece]]] = defaultdict(lambda: defaultdict(list))
    for member in members:
        stop = OPEN if member.stop is None else member.stop
        found[member.site][member.level].append((member.start, stop, member.area))
    return found


def _points(known: Iterable[Site]) -> dict[str, tuple[float, float]]:
    return {
        site.id: (site.longitude, site.latitude)
        for site in known
        if site.longitude is not None and site.latitude is not None
    }


def _names(connection: Connection) -> Mapping[str, list[str]]:
    """Every id under which each device is reported, its own first."""
    names: dict[str, list[str]] = {
        device: [device] for device in connection.execute(select(tables.device.c.id)).scalars()
    }
    query = select(tables.identifier.c.device, tables.identifier.c.identifier).order_by(tables.identifier.c.identifier)
    for device, identifier in connection.execute(query):
        names.setdefault(device, [device])
        if identifier != device:
            names[device].append(identifier)
    return names


def _all(connection: Connection, type_: type[Any]) -> Iterable[Any]:
    table = {Installation: tables.installation, Fact: tables.fact}[type_]
    for row in connection.execute(select(table).order_by(*table.primary_key)).mappings():
        yield to_entry(type_, dict(row))


def _span(entry: Fact | Installation) -> Span:
    return entry.start, OPEN if entry.stop is None else entry.stop


def _any(name: str) -> str | None:
    return None if name == EVERY else name


def _value(attribute: str, value: float) -> float | bool:
    match attribute:
        case Attribute.EXPECTED:
            return round(value * SECOND_NS)
        case Attribute.STAMPS_START:
            return bool(value)
        case Attribute.SENSOR_CLASS:
            return int(value)
        case _:
            return value
