"""Cayenne LPP: records that say themselves what they are, on any fPort.

    CC TT DD..   C: data channel, T: type, D: 1 to 9 bytes as the type says, big-endian

The type says how a value is coded, not what it is of: "temperature" is taken for air temperature, "presence" for
occupancy, "switch" and "digital output" for a relay. What has no such reading keeps the name of its type. A record
"unix time" dates the readings of its payload.

Source: myDevices "Cayenne LPP" 2.0 and the extended types of https://github.com/ElectronicCats/CayenneLPP, facts only.
"""

from __future__ import annotations

from typing import NamedTuple

from decoders.kit import SECOND_NS, DecodeError, Reading, Readings


class Part(NamedTuple):
    """One number of a record: `value = raw / div`, raw of `size` bytes; `suffix` tells axes of one channel apart."""

    quantity: str
    unit: str
    size: int
    div: int = 1
    signed: bool = False
    suffix: str = ""


UNIX_TIME = 133
TYPES: dict[int, tuple[Part, ...]] = {
    0: (Part("digital_input", "1", 1),),
    1: (Part("relay", "1", 1),),
    2: (Part("analog_value", "1", 2, 100, signed=True),),
    3: (Part("analog_output", "1", 2, 100, signed=True),),
    100: (Part("generic_sensor", "1", 4),),
    101: (Part("illuminance", "lx", 2),),
    102: (Part("occupancy", "1", 1),),
    103: (Part("air_temperature", "Cel", 2, 10, signed=True),),
    104: (Part("relative_humidity", "%", 1, 2),),
    113: (
        Part("acceleration_x", "[g]", 2, 1000, signed=True),
        Part("acceleration_y", "[g]", 2, 1000, signed=True),
        Part("acceleration_z", "[g]", 2, 1000, signed=True),
    ),
    115: (Part("air_pressure", "hPa", 2, 10),),
    116: (Part("voltage", "V", 2, 100),),
    117: (Part("current", "A", 2, 1000),),
    118: (Part("frequency", "Hz", 4),),
    120: (Part("percentage", "%", 1),),
    121: (Part("altitude", "m", 2, signed=True),),
    125: (Part("concentration", "[ppm]", 2),),
    128: (Part("power", "W", 2),),
    130: (Part("distance", "m", 4, 1000),),
    131: (Part("energy", "kW.h", 4, 1000),),
    132: (Part("direction", "deg", 2),),
    UNIX_TIME: (Part("time", "s", 4),),
    134: (
        Part("angular_velocity", "deg/s", 2, 100, signed=True, suffix=".x"),
        Part("angular_velocity", "deg/s", 2, 100, signed=True, suffix=".y"),
        Part("angular_velocity", "deg/s", 2, 100, signed=True, suffix=".z"),
    ),
    135: (
        Part("colour_red", "1", 1),
        Part("colour_green", "1", 1),
        Part("colour_blue", "1", 1),
    ),
    136: (
        Part("latitude", "deg", 3, 10000, signed=True),
        Part("longitude", "deg", 3, 10000, signed=True),
        Part("altitude", "m", 3, 100, signed=True),
    ),
    142: (Part("relay", "1", 1),),
}


def parse(payload: bytes) -> Readings:
    """Read the records; the data channel's number is the readings' channel.

    What comes before an unknown type or a cut-off record is kept, with a warning.

    Raises:
        DecodeError: length (nothing in it, or cut off in the first record), unsupported (the first type is unknown).
    """
    if not payload:
        raise DecodeError("length", "empty")
    found: list[tuple[str, float, str, str]] = []
    time: int | None = None
    fault: DecodeError | None = None
    at, end = 0, len(payload)
    while at < end and fault is None:
        if end - at < 2:
            fault = DecodeError("length", f"a single byte is left at byte {at}")
            break
        channel, parts = str(payload[at]), TYPES.get(payload[at + 1])
        if parts is None:
            fault = DecodeError("unsupported", f"type {payload[at + 1]} at byte {at + 1}")
        elif end - at - 2 < sum(part.size for part in parts):
            fault = DecodeError("length", f"type {payload[at + 1]} is cut off at byte {end}")
        else:
            stamp = payload[at + 1] == UNIX_TIME
            at += 2
            for part in parts:
                raw = int.from_bytes(payload[at : at + part.size], "big", signed=part.signed)
                at += part.size
                if stamp:
                    time = raw * SECOND_NS
                else:
                    found.append((part.quantity, raw / part.div, part.unit, channel + part.suffix))
    if fault is not None and not found:
        raise fault
    readings = tuple(Reading(quantity, value, unit, channel, 0.0, time) for quantity, value, unit, channel in found)
    return Readings(readings, (str(fault),) if fault is not None else ())
