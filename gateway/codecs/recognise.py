"""Readings out of what a codec gave, by keys and units alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from itertools import islice
from math import isfinite
from typing import Any, NamedTuple

from decoders.kit import SECOND_NS, Reading
from gateway.codecs.keys import KEYS, OTHERWISE, UNIT_ENDS, WORDS
from gateway.quantities import QUANTITIES, Kind, UnitError, converter
from gateway.units import SPELLINGS

MAX_LEAVES = 500
MAX_DEPTH = 8
MAX_UNMAPPED = 50
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_NAME = re.compile(r"[^a-z0-9]+")
_NUMBERED = re.compile(r"(.*?)_?(\d{1,3})$")
_TIMES = ("timestamp", "time", "ts", "datetime", "measured_at")
_MEMBERS = frozenset({"value", "unit", "units", "displayname", "display_name", "name", "description", "channel"})
_ENVELOPES = frozenset({"data", "decoded", "payload", "measurements", "values", "sensors"})
_TWO_VALUED = frozenset({Kind.CATEGORICAL, Kind.OCCUPANCY})
_YEAR_2000, _YEAR_2100 = 946_684_800, 4_102_444_800


class Recognised(NamedTuple):
    """What was understood, and the paths of values that were not."""

    readings: tuple[Reading, ...]
    unmapped: tuple[str, ...]


class Leaf(NamedTuple):
    """One value: where it stands, what is above it, the unit said beside it, its own time (ns)."""

    path: str
    keys: tuple[str, ...]
    value: Any
    unit: str
    time: int | None


@lru_cache(maxsize=20_000)
def snake(key: str) -> str:
    """A key as lower-case words: "TempC_SHT" → "temp_c_sht", "PM2.5" → "pm2_5"."""
    return _NOT_NAME.sub("_", _CAMEL.sub("_", key).lower()).strip("_")


def leaves(data: Any) -> Iterator[Leaf]:
    """Every value in a JSON-like object, at most `MAX_LEAVES`."""
    return islice(_walk(data, (), "", None, 0), MAX_LEAVES)


def _walk(value: Any, keys: tuple[str, ...], path: str, time: int | None, depth: int) -> Iterator[Leaf]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, dict):
        if "value" in value and {str(key).lower() for key in value} <= _MEMBERS:
            unit = value.get("unit") or value.get("units") or ""
            if not isinstance(value["value"], dict | list):
                yield Leaf(path, keys, value["value"], unit if isinstance(unit, str) else "", time)
            return
        at = _time(value)
        for key, member in value.items():
            name = str(key)[:80]
            beside = value.get(f"{key}_unit", value.get(f"{key}Unit", ""))
            here = f"{path}.{name}" if path else name
            if isinstance(member, dict | list):
                yield from _walk(member, (*keys, name), here, at or time, depth + 1)
            elif not name.lower().endswith("unit"):
                yield Leaf(here, (*keys, name), member, beside if isinstance(beside, str) else "", at or time)
    elif isinstance(value, list):
        for index, member in enumerate(value):
            if isinstance(member, dict | list):
                place = () if isinstance(member, dict) and _time(member) else (str(index + 1),)
                yield from _walk(member, (*keys, *place), f"{path}[{index}]", time, depth + 1)


def _time(value: dict[str, Any]) -> int | None:
    """The time of a sample, ns: s or ms since 1970, or ISO 8601 with a zone."""
    for key, member in value.items():
        if str(key).lower() not in _TIMES:
            continue
        if isinstance(member, int | float) and not isinstance(member, bool):
            seconds = member / 1000 if member > _YEAR_2100 else member
            if _YEAR_2000 <= seconds <= _YEAR_2100:
                return round(seconds * SECOND_NS)
        elif isinstance(member, str) and len(member) <= 40:
            try:
                moment = datetime.fromisoformat(member)
            except ValueError:
                continue
            if moment.tzinfo is not None:
                return round(moment.timestamp() * SECOND_NS)
    return None


def recognise(data: Any, *, known: frozenset[str] = frozenset(), skip: frozenset[str] = frozenset()) -> Recognised:
    """Read a codec's data by well-known keys and units.

    Args:
        data: JSON-like, as a codec or a network server gave it.
        known: quantities that were read otherwise: they are not read again.
        skip: paths that were read otherwise, or are to be left.
    """
    readings: list[Reading] = []
    unmapped: list[str] = []
    seen: set[tuple[str, str, int | None]] = set()
    for leaf in leaves(data):
        if leaf.path in skip or leaf.value is None or snake(leaf.keys[-1] if leaf.keys else "") in _TIMES:
            continue
        reading = _read(leaf)
        if reading is None:
            if isinstance(leaf.value, int | float) and len(unmapped) < MAX_UNMAPPED:
                unmapped.append(leaf.path)
            continue
        key = (reading.quantity, reading.channel, reading.time)
        if reading.quantity in known:
            continue
        if key in seen:  # two keys for one thing: the first holds, the other is shown
            unmapped.append(leaf.path)
            continue
        seen.add(key)
        readings.append(reading)
    return Recognised(tuple(readings), tuple(unmapped))


def _read(leaf: Leaf) -> Reading | None:
    found = _meaning(leaf.keys)
    if found is None:
        return None
    quantity, unit, channel = found
    said = SPELLINGS.get(leaf.unit.strip(), leaf.unit.strip())
    unit = said or unit
    if unit is None:
        return None
    fitting = _fitting(quantity, unit)
    if fitting is None:
        return None
    quantity = fitting
    value = number(leaf.value, two_valued=QUANTITIES[quantity].kind in _TWO_VALUED)
    return None if value is None else Reading(quantity, value, unit, channel, 0.0, leaf.time)


@lru_cache(maxsize=20_000)
def _fitting(quantity: str, unit: str) -> str | None:
    """The quantity that a value of this unit can be: a "battery" in mV is a voltage."""
    for candidate in (quantity, OTHERWISE.get(quantity, "")):
        with suppress(UnitError, KeyError):
            converter(candidate, unit)
            return candidate
    return None


def number(value: Any, *, two_valued: bool = False) -> float | None:
    """A value as a finite number: words only where they can be meant."""
    if isinstance(value, bool):
        return float(value) if two_valued else None
    if isinstance(value, str):
        text = value.strip()
        if two_valued and (word := WORDS.get(snake(text))) is not None:
            return word
        try:
            value = float(text) if len(text) <= 32 else None
        except ValueError:
            return None
    try:
        result = None if value is None else float(value)
    except (OverflowError, TypeError, ValueError):
        return None
    return result if result is not None and isfinite(result) else None


@lru_cache(maxsize=20_000)
def _meaning(keys: tuple[str, ...]) -> tuple[str, str | None, str] | None:
    """Quantity, unit (None when nothing says it) and channel of a value under these keys."""
    names = [snake(key) for key in keys]
    own = names[-1] if names else ""
    above = [name for name in names[:-1] if name not in _ENVELOPES]
    for candidate, rest in _candidates(own, above):
        found = _look_up(candidate)
        if found is not None:
            quantity, unit, channel = found
            parts = (*(name for name in above if not candidate.startswith(name)), channel or rest)
            return quantity, unit, "_".join(part for part in parts if part)
    return None


def _candidates(own: str, above: list[str]) -> Iterator[tuple[str, str]]:
    """Names to try, each with what it leaves for the channel."""
    if above:
        yield f"{above[-1]}_{own}", ""
    yield own, ""
    if (numbered := _NUMBERED.fullmatch(own)) is not None and numbered[1]:
        yield numbered[1], numbered[2]
    for end in ("probe", "external", "internal", "in", "out", "top", "bottom", "ds", "sht"):
        if own.endswith(f"_{end}"):
            yield own.removesuffix(f"_{end}"), end


def _look_up(name: str) -> tuple[str, str | None, str] | None:
    if (found := KEYS.get(name)) is not None:
        return found
    for size in (2, 1):  # "temperature_deg_c", "battery_mv"
        parts = name.rsplit("_", size)
        if len(parts) > size and (unit := UNIT_ENDS.get("_".join(parts[1:]))) and (found := KEYS.get(parts[0])):
            return found[0], unit, found[2]
    squeezed = name.replace("_c_", "_")  # TempC_SHT
    if squeezed != name and (found := KEYS.get(squeezed)) is not None and found[1] == "Cel":
        return found
    return None
