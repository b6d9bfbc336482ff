"""Takes out what was wrong from the beginning. What was true once ends in time instead: retire, end.

    device   with its further ids, its installations, and all that is known of it (calibrations among it)
    site     when nothing hangs or hung there; calibrations bound to it go with it
    source   when no device belongs to it and it never was approved

All that is named goes, or nothing. The audit log keeps every row whole, so that it can be entered again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from gateway.registry import tables
from gateway.registry.change import Change
from gateway.registry.checks import device_id, period
from gateway.registry.errors import RegistryError
from gateway.registry.model import Device, Entry, Fact, Identifier, Installation, Site, Source, publishable

Removable = Device | Site | Source
_WORDS: Mapping[type[Removable], tuple[str, str]] = {
    Device: ("Gerät", "device"), Site: ("Standort", "site"), Source: ("Quelle", "source"),
}  # fmt: skip
_SHOWN = 5
"""So many of what stands in the way are named; of the others their number."""


def remove(change: Change, type_: type[Removable], ids: Sequence[str]) -> list[Entry]:
    """Take entries out of the registry; returns them, each followed by what went with it.

    Args:
        change: under way.
        type_: Device, Site or Source.
        ids: of the entries; a DevEUI in any writing.

    Raises:
        RegistryError: ids that are unknown, or entries that others need; it names them all, and nothing is removed.
    """
    found = _known(change, type_, [device_id(id_) if type_ is Device else id_ for id_ in ids])
    removed, reasons = list[Entry](), list[tuple[str, str]]()
    for entry in found:
        match entry:
            case Device():
                removed += [entry, *_with_device(change, entry.id)]
            case Site():
                reasons += _hung_at(change, entry.id)
                removed += [entry, *(fact for fact in change.all(Fact) if fact.site == entry.id)]
            case Source():
                reasons += _needs_source(change, entry)
                removed.append(entry)
    if reasons:
        de, en = ("; ".join(words) for words in zip(*reasons, strict=True))
        raise RegistryError(de, en, "id")
    for each in removed:
        change.take(each)
    return removed


def _known(change: Change, type_: type[Removable], ids: Iterable[str]) -> list[Removable]:
    found, unknown = list[Removable](), list[tuple[str, str]]()
    for id_ in dict.fromkeys(ids):
        entry = change.get(type_, id_)
        if entry is not None:
            found.append(entry)
            continue
        other = change.get(Identifier, id_) if type_ is Device else None
        named = (repr(id_), repr(id_)) if other is None else (
            f"{id_!r} (weitere Kennung von {other.device})", f"{id_!r} (a further id of {other.device})"
        )  # fmt: skip
        unknown.append(named)
    if unknown:
        de, en = (", ".join(names) for names in zip(*unknown, strict=True))
        german, english = _WORDS[type_]
        raise RegistryError(
            f"nicht eingetragen: {german} {de}; es wird nichts entfernt",
            f"unknown {english} {en}; nothing is removed",
            "id",
        )
    return found


def _with_device(change: Change, device: str) -> list[Entry]:
    return [each for type_ in (Identifier, Installation, Fact) for each in change.of_device(type_, device)]


def _hung_at(change: Change, site: str) -> Iterable[tuple[str, str]]:
    hung = [each for each in change.all(Installation) if each.site == site]
    if hung:
        named = _some(hung, lambda each: f"{each.device} {period(each.start, each.stop)}")
        yield (
            f"{site} wird nicht entfernt, hier hängt oder hing {named}",
            f"{site} is not removed, these hang or hung there: {named}",
        )


def _needs_source(change: Change, source: Source) -> Iterable[tuple[str, str]]:
    if _was_approved(change, source):
        yield (
            f"{source.id} war freigegeben und wird beendet, nicht entfernt (sources retire {source.id})",
            f"{source.id} was approved: retire it, it is not removed",
        )
    devices = sorted((each for each in change.all(Device) if each.source == source.id), key=lambda each: each.id)
    if devices:
        named = _some(devices, lambda each: each.id)
        yield (
            f"{source.id} wird nicht entfernt, zu ihr gehört {named}",
            f"{source.id} is not removed, these devices belong to it: {named}",
        )


def _was_approved(change: Change, source: Source) -> bool:
    """A changed proposal takes the approval back, but not that there was one: the log knows it."""
    if publishable(source) or source.approved_at is not None:
        return True
    log = tables.audit.c
    lines = change.connection.execute(select(log.after).where(log.kind == "source", log.key == source.id)).scalars()
    return any(line is not None and line["approved_at"] is not None for line in lines)


def _some(entries: Sequence[Any], words: Callable[[Any], str]) -> str:
    more = len(entries) - _SHOWN
    named = ", ".join(map(words, entries[:_SHOWN]))
    return f"{named} (+ {more})" if more > 0 else named
