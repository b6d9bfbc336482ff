"""Dragino TrackerD: tracker with GPS, Bluetooth and Wi-Fi.

fPort 2, 15 bytes, fPort 3, 11 bytes or more, big-endian:

    LLLLLLLL OOOOOOOO BBBB FF HHHH TTTT

- L, O: latitude, longitude, int32, 1e-6 deg; 0: no fix
- B: bit 14 alarm, lower 14 bits battery, mV; F: bits 7..6 mode, bit 5 LED, bit 4 moves
- H: 0.1 %RH; T: int16, 0.1 degC (fPort 2)

fPort 4: a stored place: LLLLLLLL OOOOOOOO, year (uint16), month, day, hour, minute, second.
fPort 5: device information.
fPort 6 (iBeacon), 7 (no fix), 8 (Wi-Fi): of these only battery and alarm are read: beacons near by tell about persons.

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from decoders.dragino._frames import dragino
from decoders.kit import SECOND_NS, DecodeError, Field, Frame, Function, Reading, flag, i16, i32, u16
from decoders.kit.clock import EARLIEST_S

NO_FIX = (0, 0x0FFFFFFF)
PLACE = (
    i32(0, "latitude", "deg", div=1_000_000, missing=NO_FIX),
    i32(4, "longitude", "deg", div=1_000_000, missing=NO_FIX),
)


def _state(byte: int) -> tuple[Field, ...]:
    battery = Field(quantity="battery_voltage", unit="V", at=8 * byte + 2, width=14, div=1000)
    return flag(byte, 6, "alarm"), battery


def _stored(payload: bytes, _port: int) -> Iterator[Reading]:
    year, month, day, hour, minute, second = int.from_bytes(payload[8:10], "big"), *payload[10:15]
    try:
        when = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError as error:
        raise DecodeError("value", "the message has no time") from error
    time = int(when.timestamp()) * SECOND_NS
    if when.timestamp() < EARLIEST_S:
        raise DecodeError("value", "the clock of the device is not set")
    for byte, quantity in ((0, "latitude"), (4, "longitude")):
        raw = int.from_bytes(payload[byte : byte + 4], "big", signed=True)
        if raw not in NO_FIX:
            yield Reading(quantity, raw / 1_000_000, "deg", "", 0.0, time)


DECODER = dragino(
    "TrackerD",
    Frame(
        ports=2,
        length=15,
        fields=(
            *PLACE,
            *_state(8),
            flag(10, 4, "moving"),
            u16(11, "relative_humidity", "%", div=10),
            i16(13, "air_temperature", "Cel", div=10),
        ),
    ),
    Frame(ports=3, length=range(11, 16), fields=(*PLACE, *_state(8), flag(10, 4, "moving"))),
    Function(_stored, ports=4, length=15, quantities=(("latitude", "deg", ""), ("longitude", "deg", "")), missing=True),
    Frame(ports=5, length=range(7, 10), fields=(u16(5, "battery_voltage", "V", div=1000),), note="device information"),
    Frame(ports=6, length=range(27, 32), fields=_state(24)),
    Frame(ports=7, length=range(3, 8), fields=_state(0)),
    Frame(ports=8, length=range(10, 16), fields=_state(7)),
    ttn=("trackerd",),
    chirpstack=("TrackerD-LS",),
)
