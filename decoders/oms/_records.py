"""M-Bus data records: what is between the header of a telegram and its end.

    DIF [DIFE ..] VIF [VIFE ..] [length] data

- DIF: kind of data, function (now, max, min, value during an error), lowest bit of the storage number; DIFEs: the rest
  of it, tariff, sub-unit
- VIF, VIFE: what the number is, see `_tables`

Readings of storage 0 are of now. Those of other storages have the time that a date record of the same storage says;
without one they come as channels "storage-n". Profiles (many values in one record) continue from the record with the
same storage and VIF.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from decoders.kit import SECOND_NS, DecodeError, Reading, Readings
from decoders.oms._meaning import Described, Head, describe
from decoders.oms._quick import quick
from decoders.oms._tables import DATE, DATE_TIME, OWN, TEXT, UNSIGNED, Medium
from decoders.oms._values import SIZES, SPECIAL, VARIABLE, Spacing, date, date_time, number

LARGEST_ELEMENT = 4
FILLER, MORE_FOLLOWS, OWN_DATA = 0x2F, 0x1F, 0x0F
MOST_EXTENSIONS = 10
LONG_NUMBERS = 0xC0
"""A length of C0 or more says that a number of (length & 15) bytes follows."""
CUT_SHORT = "the last record is cut short"


class Record(NamedTuple):
    """A record and its data."""

    head: Head
    data: bytes


Own = Callable[[bytes], list[Reading]]
"""What a maker's own record says."""


@dataclass(slots=True)
class Found:
    """What has been read so far."""

    medium: Medium
    own: Mapping[int, Own]
    readings: list[Reading] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    times: dict[int, datetime] = field(default_factory=dict)


def split(data: bytes, warnings: list[str]) -> Iterator[Record]:
    """The records; data that cannot be split any further ends them with a warning."""
    at, end = 0, len(data)
    try:
        while at < end:
            dif = data[at]
            at += 1
            if dif == FILLER:
                continue
            if dif in (OWN_DATA, MORE_FOLLOWS):
                if at < end:
                    warnings.append(f"{end - at} bytes of the maker's own are not read")
                return
            if dif & 0xF == SPECIAL:
                warnings.append(f"special record {dif:#04x} is not read, nor what follows it")
                return
            storage, tariff, unit, shift = dif >> 6 & 1, 0, 0, 0
            more = dif & 0x80
            while more:
                extension = data[at]
                storage |= (extension & 0xF) << (1 + 4 * shift)
                tariff |= (extension >> 4 & 3) << 2 * shift
                unit |= (extension >> 6 & 1) << shift
                at, shift, more = at + 1, shift + 1, extension & 0x80
                if shift > MOST_EXTENSIONS:
                    raise DecodeError("value", "a record has too many extensions")
            vif = data[at]
            at += 1
            extensions = []
            more = vif & 0x80
            while more:
                extensions.append(data[at] & 0x7F)
                more, at = data[at] & 0x80, at + 1
            if vif & 0x7F == TEXT:
                at += 1 + data[at]
            kind = dif & 0xF
            size = SIZES.get(kind, 0)
            if kind == VARIABLE:
                size, at = data[at], at + 1
                if size >= LONG_NUMBERS:
                    size &= 0xF
            content = data[at : at + size]
            if len(content) < size:
                warnings.append(CUT_SHORT)
                return
            yield Record(Head(kind, dif >> 4 & 3, storage, tariff, unit, vif, tuple(extensions)), content)
            at += size
    except IndexError:
        warnings.append(CUT_SHORT)


def read(data: bytes, medium: Medium, own: Mapping[int, Own] | None = None) -> Readings:
    """All readings of the records.

    Args:
        data: the records.
        medium: what energy and volume are readings of.
        own: what records with the maker's own VIF (FF) say, by the code that follows it.

    Raises:
        DecodeError: nothing of it was understood.
    """
    if (readings := quick(data, medium)) is not None:
        return Readings(readings)
    found = Found(medium, own or {})
    records = list(split(data, found.warnings))
    if not records and found.warnings:
        raise DecodeError("length", found.warnings[0])
    for head, content in records:
        if head.vif in (DATE, DATE_TIME) and not head.extensions:
            moment = (date if head.vif == DATE else date_time)(content)
            if moment is not None:
                found.times[head.storage] = moment
    for record in records:
        _record(record, records, found)
    return Readings(tuple(found.readings), tuple(found.warnings))


def _record(record: Record, records: list[Record], found: Found) -> None:
    head, data = record
    if head.vif & 0x7F == OWN:
        _own(record, found)
        return
    known = describe(head, found.medium, head.storage in found.times)
    if not isinstance(known, Described):
        if known:
            found.warnings.append(known)
        return
    if known.step:
        base, start = _base(record, records), found.times.get(head.storage)
        if base is None or start is None:
            found.warnings.append("a profile without its first value or time is left out")
        else:
            _profile(data, base, start, known, found)
        return
    value = number(head.kind, data, unsigned=known.quantity in UNSIGNED)
    if value is not None:
        moment = found.times.get(head.storage) if head.storage else None
        found.readings.append(
            Reading(
                known.quantity, (value * known.mul + known.add) / known.div, known.unit, known.channel, 0.0, _ns(moment)
            )
        )


def _ns(moment: datetime | None) -> int | None:
    if moment is None:
        return None
    seconds = int(moment.timestamp())
    if seconds <= 0:
        raise DecodeError("value", "a time before 1970")
    return seconds * SECOND_NS


def _base(record: Record, records: list[Record]) -> int | float | None:
    """The value from which a profile continues: the plain record with the same storage and VIF."""
    head = record.head
    for other, data in records:
        same = other.storage == head.storage and other.vif & 0x7F == head.vif & 0x7F
        if same and other.kind != VARIABLE and other.function == head.function:
            return number(other.kind, data)
    return None


def _profile(data: bytes, base: float, start: datetime, known: Described, found: Found) -> None:
    """The values of a profile, each a step before or after the one before."""
    control, spacing, step = data[0], Spacing(data[0] >> 4 & 3, data[1]), known.step
    mode, size = control >> 6, control & 0xF
    if not 1 <= size <= LARGEST_ELEMENT:
        raise DecodeError("unsupported", f"profile with elements of kind {size}")
    raw = base
    for index, at in enumerate(range(2, len(data) - size + 1, size), 1):
        value = number(size, data[at : at + size], unsigned=mode in (1, 2))
        if value is None or (mode in (1, 2) and value == (1 << 8 * size) - 1):
            found.warnings.append("a profile ends early: a value is missing")
            return
        raw = (value, raw + step * value, raw - step * value, raw + step * value)[mode]
        try:
            moment = _ns(spacing.after(start, step * index))
        except (ValueError, OverflowError) as error:
            raise DecodeError("value", "a profile goes beyond all times") from error
        found.readings.append(
            Reading(known.quantity, (raw * known.mul + known.add) / known.div, known.unit, known.channel, 0.0, moment)
        )


def _own(record: Record, found: Found) -> None:
    head, data = record
    code = head.extensions[0] if head.extensions else -1
    reader = found.own.get(code)
    if reader is None:
        found.warnings.append("a value of the maker's own is not read")
        return
    moment = found.times.get(head.storage) if head.storage else None
    found.readings += [reading._replace(time=_ns(moment)) for reading in reader(data)]
