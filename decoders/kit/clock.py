"""Times that a payload carries."""

from __future__ import annotations

from decoders.kit.body import Body
from decoders.kit.fields import ByteOrder, Field
from decoders.kit.readings import SECOND_NS, EncodeError, Reading

EARLIEST_S = 1_262_304_000
"""2010-01-01: a device clock that says less was never set."""


class Clock:
    """A field with seconds since the epoch, read as ns.

    Args:
        clock: the field; `add` turns another epoch into 1970's, `div` finer units into seconds.
        order: byte order of the layout it lies in.
        size: bytes of that layout.
    """

    __slots__ = ("_body", "end")

    def __init__(self, clock: Field, order: ByteOrder, size: int = 0) -> None:
        self.end = Body((clock,), byteorder=order).size
        self._body = Body((clock,), byteorder=order, size=max(size, self.end))

    def read(self, data: bytes) -> int | None:
        """The time, None when the clock was never set."""
        out: list[Reading] = []
        self._body.read(data, out, [])
        if not out or (seconds := out[0].value) is None or seconds < EARLIEST_S:
            return None
        return round(seconds * 1000) * 1_000_000

    def merge(self, data: bytes, time: int) -> bytes:
        """The data with the time written into it, longer if need be."""
        field = self._body.fields[0]
        if time % 1_000_000:
            raise EncodeError("device clocks are written to the millisecond at most")
        written, _ = self._body.write({(field.quantity, field.channel): time / SECOND_NS})
        length = max(len(data), self.end)
        return bytes(a | b for a, b in zip(data.ljust(length, b"\0"), written.ljust(length, b"\0"), strict=False))


def number(body: Body, data: bytes) -> float | None:
    """The value of a body with one field."""
    out: list[Reading] = []
    body.read(data, out, [])
    return out[0].value if out else None
