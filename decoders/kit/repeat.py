"""Groups that are repeated within a frame: histories, and probes that look alike."""

from __future__ import annotations

from dataclasses import dataclass, replace

from decoders.kit.body import Body
from decoders.kit.clock import Clock, number
from decoders.kit.fields import AnyField, ByteOrder, Field
from decoders.kit.layout import can_write
from decoders.kit.readings import DecodeError, EncodeError, Key, Reading, Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """A group that is repeated, mostly the samples of a history.

    Attributes:
        start: byte at which the first group begins.
        size: bytes of one group.
        fields: positions count from the beginning of the group. In a channel "{n}" stands for its number, from 1.
        count: how many; a field of the frame that says so; by default as many as the payload has room for.
        interval: seconds from one group to the next (negative: each is older than the one before), or a field of the
            frame that says how many.
        first: seconds from the uplink to the first group.
        time: the group's own clock, s since the epoch; a group whose clock is not set is left out with a warning.
    """

    start: int
    size: int
    fields: tuple[AnyField, ...]
    count: int | Field | None = None
    interval: float | Field = 0
    first: float = 0
    time: Field | None = None


class Groups:
    """A compiled `Repeat`."""

    __slots__ = ("_bodies", "_clock", "_count", "_interval", "_repeat")

    def __init__(self, repeat: Repeat, order: ByteOrder) -> None:
        self._repeat = repeat
        self._clock = Clock(repeat.time, order, repeat.size) if repeat.time else None
        self._count = Body((repeat.count,), byteorder=order) if isinstance(repeat.count, Field) else None
        self._interval = Body((repeat.interval,), byteorder=order) if isinstance(repeat.interval, Field) else None
        numbered = any("{n}" in field.channel for field in repeat.fields)
        most = 255 // repeat.size if numbered else 1
        self._bodies = tuple(
            Body(
                tuple(replace(f, channel=f.channel.replace("{n}", str(n + 1))) for f in repeat.fields),
                byteorder=order,
                size=repeat.size,
            )
            for n in range(most)
        )

    def _number(self, body: Body, payload: bytes, what: str) -> float:
        if (found := number(body, payload)) is None:
            raise DecodeError("value", f"the {what} is not given")
        return found

    def read(self, payload: bytes, out: list[Reading], warnings: list[str]) -> None:
        """Append the readings of all groups."""
        repeat, bodies, clock = self._repeat, self._bodies, self._clock
        room, rest = divmod(max(0, len(payload) - repeat.start), repeat.size)
        count = room
        if self._count is not None:
            count = int(self._number(self._count, payload, "number of samples"))
        elif isinstance(repeat.count, int):
            count = repeat.count
        if count > room:
            raise DecodeError("length", f"{count} samples announced, room for {room}")
        if repeat.count is None and rest:
            warnings.append(f"{rest} bytes after the last sample")
        if self._interval is not None:
            interval = self._number(self._interval, payload, "interval of the samples")
        else:
            interval = repeat.interval if not isinstance(repeat.interval, Field) else 0.0
        position, offset, time = repeat.start, 0.0, None
        for index in range(count):
            data = payload[position : position + repeat.size]
            position += repeat.size
            if clock is None:
                offset = float(repeat.first + index * interval)
            elif (time := clock.read(data)) is None:
                warnings.append(f"sample {index + 1} is left out: its clock is not set")
                continue
            bodies[min(index, len(bodies) - 1)].read(data, out, warnings, offset, time)

    def writable(self) -> bool:
        """Whether groups of this kind can be written."""
        repeat = self._repeat
        plain = not isinstance(repeat.interval, Field) and not isinstance(repeat.count, Field)
        return plain and len(self._bodies) == 1 and can_write(repeat.fields)

    def write(self, samples: dict[Sample, list[tuple[Key, float]]]) -> bytes:
        """The bytes of all groups in the order of the samples, which must be that of the layout."""
        repeat = self._repeat
        if isinstance(repeat.interval, Field) or not self.writable():
            raise EncodeError("groups of this kind are not written")
        data = b""
        for index, ((offset, time), values) in enumerate(samples.items()):
            if (self._clock is not None) != (time is not None):
                raise EncodeError(f"sample {index + 1}: its time must be {'relative' if time else 'absolute'}")
            if time is None and offset != repeat.first + index * repeat.interval:
                raise EncodeError(f"sample {index + 1} is not at its place in time")
            group, _ = self._bodies[0].write(dict(values))
            data += self._clock.merge(group, time) if self._clock is not None and time is not None else group
        return data
