"""Registers of other devices that Milesight's controllers read for them."""

from __future__ import annotations

import struct

from decoders.kit import Reading

BITS, FLOATS = (0, 1), (5, 7)
"""Kinds of register: coils and discrete inputs; floats. The others are integers of 16 or 32 bits."""


def integer(data: bytes, *, signed: bool) -> float:
    """A little-endian integer."""
    return float(int.from_bytes(data, "little", signed=signed))


def single(data: bytes) -> float | None:
    """A little-endian float; None when it is no number."""
    value: float = struct.unpack("<f", data)[0]
    return value if abs(value) < float("inf") else None


def register(channel: int, kind: int, data: bytes, *, signed: bool, floats: tuple[int, ...] = FLOATS) -> list[Reading]:
    """One register as a reading; a bit as a digital input."""
    name = f"modbus-{channel}"
    if kind in BITS:
        return [Reading("digital_input", float(data[0] != 0), "1", name)]
    value = single(data[:4]) if kind in floats and len(data) >= 4 else integer(data, signed=signed)
    return [] if value is None else [Reading("analog_value", value, "1", name)]


QUANTITIES = (("digital_input", "1", "modbus-{n}"), ("analog_value", "1", "modbus-{n}"))
