"""What all shapes of a payload have in common, and the shape for the rest: a function."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Any, Protocol

from decoders.kit.fields import AnyField, Field
from decoders.kit.readings import DecodeError, EncodeError, Readings, Values

Ports = int | tuple[int, ...]
Check = Callable[[bytes], bool]
Meaning = tuple[str, str, str]
"""(quantity, unit, channel)."""


class Layout(Protocol):
    """What a decoder is made of."""

    @property
    def ports(self) -> Ports:
        """The fPorts it belongs to; () for any."""

    def fits(self, length: int) -> bool:
        """Whether a payload may have this length."""

    def matches(self, payload: bytes) -> bool:
        """Whether a payload of fitting length is of this kind."""

    def decode(self, payload: bytes, port: int) -> Readings:
        """Read a payload that fits and matches; raises DecodeError."""

    def encode(self, values: Values, port: int) -> bytes:
        """Write a payload; raises EncodeError."""

    def meanings(self) -> Iterator[Meaning]:
        """Every (quantity, unit, channel) it may give."""

    def sentinels(self) -> bool:
        """Whether some bit pattern means "no value"."""

    def writable(self) -> bool:
        """Whether there is a way back from values to bytes."""


def can_write(fields: tuple[AnyField, ...]) -> bool:
    """Whether each of these fields has a way back."""
    return all(isinstance(f, Field) and (f.convert is None or f.invert is not None) for f in fields)


def meanings_of(fields: tuple[AnyField, ...]) -> Iterator[Meaning]:
    """What these fields may give."""
    return ((f.quantity, f.unit, f.channel) for f in fields)


def has_sentinel(fields: tuple[AnyField, ...]) -> bool:
    """Whether one of these fields has a bit pattern for "no value"."""
    return any(isinstance(f, Field) and (isinstance(f.missing, int) or bool(f.missing)) for f in fields)


@dataclass(frozen=True, slots=True)
class Function:
    """A payload that is read by a pure function.

    Attributes:
        read: `read(payload, port)` gives Readings or an iterable of readings (a generator is fine); it may raise
            DecodeError. A payload that is too short may simply run into IndexError or struct.error.
        ports: fPort or fPorts, () for any.
        length: number of bytes, or several (a range or a tuple); None leaves it to the function.
        quantities: every (quantity, unit, channel) it may give, for the documentation.
        write: the way back, `write(values, port)`.
        when: whether a payload is of this kind, where several layouts share a port.
        missing: some bit pattern means "no value" (the vectors must then show it).
    """

    read: Callable[[bytes, int], Any]
    ports: Ports = ()
    length: int | Collection[int] | None = None
    quantities: tuple[Meaning, ...] = ()
    write: Callable[[Values, int], bytes] | None = None
    when: Check | None = None
    missing: bool = False

    def fits(self, length: int) -> bool:
        """Whether a payload may have this length."""
        if self.length is None:
            return length > 0
        return length == self.length if isinstance(self.length, int) else length in self.length

    def matches(self, payload: bytes) -> bool:
        """Whether the payload is of this kind."""
        return self.when is None or self.when(payload)

    def decode(self, payload: bytes, port: int) -> Readings:
        """Call the function."""
        found = self.read(payload, port)
        if not isinstance(found, Readings):
            found = Readings(tuple(found))
        for reading in found.readings:
            if reading.value is not None and not isfinite(reading.value):
                raise DecodeError("value", f"{reading.quantity} is not a finite number")
        return found

    def encode(self, values: Values, port: int) -> bytes:
        """Call the way back."""
        if self.write is None:
            raise EncodeError("this format is not written")
        return self.write(values, port)

    def meanings(self) -> Iterator[Meaning]:
        """Every (quantity, unit, channel) it may give."""
        return iter(self.quantities)

    def sentinels(self) -> bool:
        """Whether some bit pattern means "no value"."""
        return self.missing

    def writable(self) -> bool:
        """Whether there is a way back from values to bytes."""
        return self.write is not None
