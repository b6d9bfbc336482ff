"""Watteco's compressed batches: several series of samples in one payload.

A stream of bits, each byte from its least significant bit; a number of several bytes begins with its highest one.

    4 flags (2: times in common, 4: no more samples), 4 number of series, 3 counter, 1 unused
    for each series   label, time, first value, 2 kind of steps, 2 code of steps
    then either       8 number of times, 2 code, times; for each series: label, for each time 1 bit and a step
    or                for each series: label, 8 number of samples, 2 code, times and steps
    at last           the time at which the batch was sent

Times are seconds on the device's own clock. Steps are Huffman coded: the code says how many bits follow, 15 that the
number is there as it is. Labels, types and resolutions belong to the model.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/watteco), facts only.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Literal

from decoders.kit import DecodeError, Reading, Readings

Type = Literal["bool", "u8", "u16", "i16", "i24", "u32", "float"]
_BITS: Mapping[str, int] = {"bool": 1, "u8": 8, "u16": 16, "i16": 16, "i24": 24, "u32": 32, "float": 32}
_RAW = 15

_LONG = {(10, 512): 9} | {(11, 1026 + n): 10 + n for n in range(6)}
_CODES: tuple[Mapping[tuple[int, int], int], ...] = (
    {(2, 0): 0, (2, 1): 1, (2, 3): 2, (3, 5): 3, (4, 9): 4, (5, 17): 5, (6, 33): 6, (7, 65): 7, (8, 129): 8} | _LONG,
    {
        (7, 111): 0, (5, 26): 1, (4, 12): 2, (3, 3): 3, (3, 7): 4, (2, 2): 5, (2, 0): 6, (3, 2): 7, (6, 54): 8,
        (9, 443): 9, (9, 441): 10, (10, 885): 11, (10, 884): 12, (10, 880): 13, (11, 1763): 14, (11, 1762): 15,
    },
    {(4, 9): 0, (3, 5): 1, (2, 0): 2, (2, 1): 3, (2, 3): 4, (5, 17): 5, (6, 33): 6, (7, 65): 7, (8, 129): 8} | _LONG,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Series:
    """What one label stands for; `value = raw / div`, steps are multiples of `step`."""

    quantity: str
    unit: str
    type: Type
    channel: str = ""
    div: float = 1
    step: float = 1


class Bits:
    """A stream of bits."""

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def bit(self) -> int:
        """The next bit."""
        byte, bit = divmod(self._at, 8)
        if byte >= len(self._data):
            raise DecodeError("length", "the batch ends too early")
        self._at += 1
        return self._data[byte] >> bit & 1

    def number(self, width: int) -> int:
        """An unsigned number."""
        value = 0
        while width:
            part = width % 8 or 8
            value = value << part | sum(self.bit() << n for n in range(part))
            width -= part
        return value

    def code(self, table: int) -> int:
        """A Huffman code: 0 to 15."""
        if table >= len(_CODES):
            raise DecodeError("value", "no such code table")
        codes = _CODES[table]
        found, label = None, 0
        for size in range(1, 12):
            label = label << 1 | self.bit()
            found = codes.get((size, label))
            if found is not None:
                return found
        raise DecodeError("value", "no such code")

    def value(self, type_: Type) -> float:
        """A value as it is."""
        width = _BITS[type_]
        raw = self.number(width)
        if type_ == "float":
            (value,) = struct.unpack(">f", raw.to_bytes(4, "big"))
            return float(value)
        if type_.startswith("i") and raw >> (width - 1):
            raw -= 1 << width
        return float(raw)

    def later(self, time: int, table: int) -> int:
        """A time that follows another one."""
        size = self.code(table)
        if size == _RAW:
            return self.number(32)
        return time + self.number(size) + (1 << size) - 1 if size else time

    def next(self, series: Series, last: float, kind: int, size: int) -> float:
        """A value that follows another one by a step of `size` bits."""
        if size == _RAW:
            return self.value(series.type)
        if size == 0:
            return last
        raw, most = self.number(size), 1 << size
        if kind == 0:
            return last + (raw if raw >= most >> 1 else raw + 1 - most) * series.step
        step = (raw + most - 1) * series.step
        return last + step if kind == 1 else last - step


@dataclass(slots=True)
class _Track:
    series: Series
    samples: list[tuple[int, float]]
    kind: int = 0
    table: int = field(default=0)


def batch(payload: bytes, labels: Mapping[int, Series], width: int) -> Readings:
    """Read a batch of a model with labels of `width` bits."""
    stream = Bits(payload)
    flags = stream.number(8)
    common, more, count = bool(flags & 2), not flags & 4, flags >> 4
    stream.number(3)
    stream.number(1)
    tracks: dict[int, _Track] = {}
    time = 0
    for _ in range(count):
        label = _label(stream, labels, width)
        time = stream.later(time, 1) if time else stream.number(32)
        track = tracks[label] = _Track(labels[label], [(time, stream.value(labels[label].type))])
        if more:
            track.kind, track.table = stream.number(2), stream.number(2)
    if not tracks:
        raise DecodeError("value", "a batch without series")
    if more:
        reader = _common if common else _apart
        time = reader(stream, tracks, width, time)
    sent = stream.later(time, 1) if time else stream.number(32)
    return Readings(tuple(_readings(tracks, labels, sent)))


def _label(stream: Bits, labels: Mapping[int, object], width: int) -> int:
    label = stream.number(width)
    if label not in labels:
        raise DecodeError("unsupported", f"a batch with the unknown label {label}")
    return label


def _common(stream: Bits, tracks: dict[int, _Track], width: int, _: int) -> int:
    """Samples of all series at the same times."""
    number, table = stream.number(8), stream.number(2)
    times: list[int] = []
    for n in range(number):
        size = stream.code(table)
        if size == _RAW:
            times.append(stream.number(32))
        elif n == 0:
            times.append(next(iter(tracks.values())).samples[0][0])
        else:
            times.append(times[-1] + (stream.number(size) + (1 << size) - 1 if size else 0))
    for _track in range(len(tracks)):
        track = tracks[_label(stream, tracks, width)]
        first = True
        for time in times:
            if not stream.bit():
                continue
            size = stream.code(track.table)
            if size == 0 and first:
                first = False
                continue
            track.samples.append((time, stream.next(track.series, track.samples[-1][1], track.kind, size)))
    return times[-1] if times else 0


def _apart(stream: Bits, tracks: dict[int, _Track], width: int, latest: int) -> int:
    """Samples of each series at its own times."""
    for _track in range(len(tracks)):
        track = tracks[_label(stream, tracks, width)]
        number = stream.number(8)
        table = stream.number(2) if number else 0
        for _ in range(number):
            time = stream.later(track.samples[-1][0], table)
            latest = max(latest, time)
            size = stream.code(track.table)
            track.samples.append((time, stream.next(track.series, track.samples[-1][1], track.kind, size)))
    return latest


def _readings(tracks: Mapping[int, _Track], labels: Mapping[int, Series], sent: int) -> Iterator[Reading]:
    for label, series in labels.items():
        for time, value in tracks[label].samples if label in tracks else ():
            if isfinite(value):
                yield Reading(series.quantity, value / series.div, series.unit, series.channel, float(time - sent))
