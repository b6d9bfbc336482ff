"""Payloads in which everything has its place."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from decoders.kit.body import Body, Test, wide
from decoders.kit.clock import Clock
from decoders.kit.fields import AnyField, ByteOrder, Field, When, whens
from decoders.kit.layout import Check, Meaning, Ports, can_write, has_sentinel, meanings_of
from decoders.kit.readings import DecodeError, EncodeError, Key, Reading, Readings, Values, grouped
from decoders.kit.repeat import Groups, Repeat

_new = tuple.__new__


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A fixed layout.

    Attributes:
        fields: what lies where.
        ports: fPort or fPorts, () for any.
        length: number of bytes, or several: a range (`range(5, 12)` is 5 to 11) or a tuple; fields beyond the end of
            a shorter payload are then not there.
        byteorder: order of bytes, and how bit positions count.
        when: conditions that tell this kind of frame from others of the same port (message type, version).
        check: whether the checksum is right.
        repeat: a group that is repeated behind or within the fields.
        time: the device's own clock for the fields, s since the epoch.
        note: shown as a warning with every such frame (replies and others without measurements).
    """

    fields: tuple[AnyField, ...] = ()
    ports: Ports = ()
    length: int | Collection[int]
    byteorder: ByteOrder = "big"
    when: When | tuple[When, ...] = ()
    check: Check | None = None
    repeat: Repeat | None = None
    time: Field | None = None
    note: str = ""
    _lengths: Collection[int] = field(init=False, repr=False, compare=False)
    _body: Body = field(init=False, repr=False, compare=False)
    _tests: tuple[Test, ...] = field(init=False, repr=False, compare=False)
    _plain: bool = field(init=False, repr=False, compare=False)
    _clock: Clock | None = field(init=False, repr=False, compare=False)
    _groups: Groups | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        conditions = whens(self.when)
        known: tuple[AnyField, ...] = tuple(Field(quantity="", at=w.at, width=w.width) for w in conditions)
        known += self.fields + ((self.time,) if self.time else ())
        size = Body(known, byteorder=self.byteorder).size
        lengths = _lengths(self.length)
        if size > max(lengths):
            raise ValueError(f"fields reach to byte {size} of a frame of {max(lengths)}")
        body = Body(self.fields, byteorder=self.byteorder, size=size)
        store = object.__setattr__
        store(self, "_lengths", lengths)
        store(self, "_body", body)
        store(self, "_tests", tuple(body.test(when) for when in conditions))
        store(self, "_clock", Clock(self.time, self.byteorder, size) if self.time else None)
        store(self, "_groups", Groups(self.repeat, self.byteorder) if self.repeat else None)
        store(self, "_plain", not (self.check or self.repeat or self.time or self.note))

    def fits(self, length: int) -> bool:
        """Whether a payload may have this length."""
        return length in self._lengths

    def matches(self, payload: bytes) -> bool:
        """Whether the conditions of the frame hold."""
        if self._tests:
            n = self._body.number(payload)
            for shift, mask, allowed in self._tests:
                if n >> shift & mask not in allowed:
                    return False
        return True

    def decode(self, payload: bytes, port: int) -> Readings:  # noqa: ARG002 - one signature for all shapes
        """Read a payload that fits and matches."""
        out: list[Reading] = []
        warnings: list[str] = []
        if self._plain:
            self._body.read(payload, out, warnings)
            return _new(Readings, (tuple(out), tuple(warnings)))
        if self.check is not None and not self.check(payload):
            raise DecodeError("checksum", "the checksum does not fit the payload")
        if self.note:
            warnings.append(self.note)
        time = self._clock.read(payload) if self._clock is not None else None
        if self._clock is not None and time is None:
            warnings.append("the device's clock is not set")
        self._body.read(payload, out, warnings, 0.0, time)
        if self._groups is not None:
            self._groups.read(payload, out, warnings)
        return _new(Readings, (tuple(out), tuple(warnings)))

    def encode(self, values: Values, port: int) -> bytes:  # noqa: ARG002 - one signature for all shapes
        """Write a payload; one with a checksum is not written."""
        if self.check is not None:
            raise EncodeError("a frame with a checksum is not written")
        samples = grouped(values)
        known = {(f.quantity, f.channel) for f in self.fields}
        own: dict[Key, float] = {}
        time: int | None = None
        for sample in list(samples):
            mine = [pair for pair in samples[sample] if pair[0] in known or self._groups is None]
            if not mine or own:
                continue
            own, time = dict(mine), sample[1]
            samples[sample] = [pair for pair in samples[sample] if pair not in mine]
        samples = {sample: pairs for sample, pairs in samples.items() if pairs}
        least = min(self._lengths)
        shortest = min(least, self._body.size)
        if own:
            data, _ = self._body.write(own, shortest=shortest, fixed=whens(self.when))
        else:
            data = self._constants(shortest)
        if self._clock is not None and time is not None:
            data = self._clock.merge(data, time)
        if self._groups is not None and self.repeat is not None:
            groups = b"\0" * self.repeat.start + self._groups.write(samples)
            length = max(len(groups), self.repeat.start)
            data = bytes(a | b for a, b in zip(groups, data.ljust(length, b"\0"), strict=False))
        elif samples:
            raise EncodeError("a frame says each value once")
        data = data.ljust(min((n for n in self._lengths if n >= len(data)), default=0), b"\0")
        if not self.fits(len(data)):
            raise EncodeError(f"{len(data)} bytes are no length of this frame")
        return data

    def _constants(self, length: int) -> bytes:
        """A frame in which only its conditions hold."""
        n = 0
        for shift, _, allowed in self._tests:
            n |= 0 if wide(allowed) else min(allowed) << shift
        return n.to_bytes(self._body.size, "little" if self.byteorder == "little" else "big")[:length]

    def meanings(self) -> Iterator[Meaning]:
        """Every (quantity, unit, channel) it may give."""
        yield from meanings_of(self.fields)
        if self.repeat is not None:
            yield from meanings_of(self.repeat.fields)

    def sentinels(self) -> bool:
        """Whether some bit pattern means "no value"."""
        return has_sentinel(self.fields) or (self.repeat is not None and has_sentinel(self.repeat.fields))

    def writable(self) -> bool:
        """Whether there is a way back from values to bytes."""
        return self.check is None and can_write(self.fields) and (self._groups is None or self._groups.writable())


def _lengths(length: int | Collection[int]) -> Collection[int]:
    if isinstance(length, int):
        return frozenset((length,))
    return length if isinstance(length, range) else frozenset(length)
