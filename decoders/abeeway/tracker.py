"""Abeeway trackers (Micro, Compact, Industrial, Smart Badge) with firmware 1 and 2.

Any fPort (mostly 18): `KK SS BB TT OO ...`, big-endian

- K: kind of message: 03 position, 0E extended position, 04 energy, 05 heartbeat, 07 activity, 09 shutdown, 0A event, ..
- S: bits 4 SOS, 3 tracking (else idle), 2 moving
- B: battery: 1 to 100 %; above, with old firmware, 2.8 V + (B - 1) 1.4 V / 253; 0 charging, FF unknown
- T: -44 degC + 129 degC / 255, one decimal as the maker does
- O: lower half: what a position is made of: 0 satellites, others access points, beacons or nothing

A position by satellites goes on with:

    03: AA llllll oooooo EE              age, 8 s; 256e-7 deg; accuracy, 1000 m / 255, two decimals
    0E: AAAA FF llllllll oooooooo HHHH EE CCCC VVVV    age, s; flags: bit 1: altitude in m, accuracy in m (FA and less),
                                         else in cm and as above; 1e-7 deg; course, 0.01 deg; speed, cm/s

Positions are as old as their age says. Access points and beacons are not turned into positions.

Source: Abeeway trackers reference guide (https://github.com/debraysimon/tpxle-doc),
https://github.com/TheThingsNetwork/lorawan-devices (abeeway/asset-tracker-2-codec.yaml), facts only.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import floor

from decoders.kit import Decoder, Function, Reading, Readings

POSITION, EXTENDED = 0x03, 0x0E
KINDS = frozenset((0x00, POSITION, 0x04, 0x05, 0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, EXTENDED, 0x0F, 0x10, 0xFF))
HEAD = 5
SMALLEST = {POSITION: 13, EXTENDED: 23}
FULL, UNKNOWN = 100, 255
METRES = 250


def _digits(value: float, digits: int) -> float:
    scale: int = 10**digits
    return floor(value * scale + 0.5) / scale


def _head(payload: bytes) -> Iterator[Reading]:
    status, battery, temperature = payload[1], payload[2], payload[3]
    yield Reading("alarm", float(status >> 4 & 1), "1", "sos")
    yield Reading("moving", float(status >> 2 & 1), "1")
    yield Reading("internal_temperature", _digits(temperature * 129 / 255 - 44, 1), "Cel")
    if 0 < battery <= FULL:
        yield Reading("battery_level", float(battery), "%")
    elif FULL < battery < UNKNOWN:
        yield Reading("battery_voltage", _digits(2.8 + (battery - 1) * 1.4 / 253, 3), "V")


def _degrees(data: bytes, factor: int) -> float:
    return int.from_bytes(data, "big", signed=True) * factor / 10_000_000


def _accuracy(raw: int) -> float:
    return _digits(raw * 1000 / 255, 2)


def _place(payload: bytes) -> Iterator[Reading]:
    if payload[0] == POSITION:
        age = -8.0 * payload[5]
        yield Reading("latitude", _degrees(payload[6:9], 256), "deg", "", age)
        yield Reading("longitude", _degrees(payload[9:12], 256), "deg", "", age)
        yield Reading("position_accuracy", _accuracy(payload[12]), "m", "", age)
        return
    age = -float(int.from_bytes(payload[5:7], "big"))
    metres = bool(payload[7] & 2)
    yield Reading("latitude", _degrees(payload[8:12], 1), "deg", "", age)
    yield Reading("longitude", _degrees(payload[12:16], 1), "deg", "", age)
    if payload[7] & 1:
        altitude = int.from_bytes(payload[16:18], "big", signed=True)
        yield Reading("altitude", altitude / (1 if metres else 100), "m", "", age)
    if not metres:
        yield Reading("position_accuracy", _accuracy(payload[18]), "m", "", age)
    elif payload[18] <= METRES:
        yield Reading("position_accuracy", float(payload[18]), "m", "", age)
    yield Reading("heading", int.from_bytes(payload[19:21], "big") / 100, "deg", "", age)
    yield Reading("speed", int.from_bytes(payload[21:23], "big") / 100, "m/s", "", age)


def _read(payload: bytes, _port: int) -> Readings:
    found = list(_head(payload))
    located = payload[0] in SMALLEST and payload[4] & 0xF == 0
    if located and len(payload) >= SMALLEST[payload[0]]:
        return Readings((*found, *_place(payload)))
    if located:
        return Readings(tuple(found), ("the position is cut short",))
    return Readings(tuple(found))


DECODER = Decoder(
    id="abeeway-tracker",
    vendor="Abeeway",
    model="Asset tracker 2",
    source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/abeeway/asset-tracker-2-codec.yaml",
    layouts=(
        Function(
            _read,
            length=range(HEAD, 243),
            when=lambda payload: payload[0] in KINDS,
            missing=True,
            quantities=(
                ("alarm", "1", "sos"), ("moving", "1", ""), ("internal_temperature", "Cel", ""),
                ("battery_level", "%", ""), ("battery_voltage", "V", ""), ("latitude", "deg", ""),
                ("longitude", "deg", ""), ("altitude", "m", ""), ("position_accuracy", "m", ""), ("heading", "deg", ""),
                ("speed", "m/s", ""),
            ),
        ),
    ),
    identifiers={
        "ttn": tuple(
            f"abeeway/{n}"
            for n in (
                "asset-tracker-2", "abeeway-micro-tracker", "abeeway-compact-tracker", "abeeway-industrial-tracker",
                "abeeway-smart-badge", "abeeway-geolocation-module",
            )
        ),
        "chirpstack": ("Micro Tracker", "Compact Tracker", "Industrial Tracker", "Smart Badge"),
    },
)  # fmt: skip
