"""KELLER ADT1, ARC1: level and pressure transmitters for wells, rivers and tanks.

The first byte says what a message is, whatever the fPort (1 measurements, 2 alarm, 3 settings, 4 information, 5
answers); big-endian:

    01 CC MMMM ffffffff ...    C: kind of connection; M: which of its channels follow (bit 0 is channel 1); one float
                               each. NaN: no sensor; infinite: out of range
    0C .. GGGG WWWW ssssssss tttttttt VVVVVVVV BB HH    information: class and group, software, serial number, clock (s
                               since 2000), battery (float, V), its level (%), humidity in the housing (%)

Source: see `_channels`.
"""

from __future__ import annotations

import struct
from math import isfinite

from decoders.keller._channels import CONNECTIONS, QUANTITIES, reading
from decoders.kit import DecodeError, Decoder, Frame, Function, Reading, Readings, When, f32, u8


def _measurements(payload: bytes, _port: int) -> Readings:
    connection, mask = payload[1], int.from_bytes(payload[2:4], "big")
    if connection not in CONNECTIONS:
        raise DecodeError("unsupported", f"connection {connection}")
    channels = [n for n in range(16) if mask >> n & 1]
    if len(payload) != 4 + 4 * len(channels):
        raise DecodeError("length", f"{len(channels)} channels announced in {len(payload)} bytes")
    found: list[Reading] = []
    warnings: list[str] = []
    for n, (value,) in zip(channels, struct.iter_unpack(">f", payload[4:]), strict=True):
        known = reading(connection, n, value)
        if known is None:
            warnings.append(f"connection {connection} has no channel {n + 1}")
        elif isfinite(value):
            found.append(known)
    return Readings(tuple(found), tuple(warnings))


DECODER = Decoder(
    id="keller-adt1",
    vendor="KELLER",
    model="ADT1",
    source="https://docs.pressuresuite.com/sending-technology/lora-technology/keller-lora-payload/",
    layouts=(
        Function(
            _measurements,
            length=range(4, 69, 4),
            when=lambda payload: payload[0] == 1,
            quantities=QUANTITIES,
            missing=True,
        ),
        Frame(
            length=20,
            when=When(at=0, equals=12),
            fields=(
                f32(14, "battery_voltage", "V"),
                u8(18, "battery_level", "%"),
                u8(19, "internal_humidity", "%"),
            ),
        ),
    ),
    identifiers={
        "ttn": tuple(f"keller/{n}" for n in ("keller", "adt1", "adt1-box", "adt1-tube", "arc1-box", "arc1-tube")),
        "chirpstack": ("ADT1-Box", "ADT1-Tube", "ARC1-Box", "ARC1-Tube"),
    },
)
