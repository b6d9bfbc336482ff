"""Dragino WSC1-L: weather station of sensors that are added as needed.

fPort 2: records of type, length, data (big-endian):

    00 battery, 0.1 V            01 wind speed, 0.1 m/s, level   02 wind direction, 0.1 deg, sector
    03 light, 10 lx              04 rain or snow now             05 carbon dioxide, ppm
    06 temperature, 0.1 degC     07 humidity, 0.1 %RH            08 pressure, 0.1 hPa
    09 rain, 0.1 mm (a counter)  0A PM2.5, 0B PM10, ug/m3        0C PAR, umol/m2/s
    0D irradiance, 0.1 W/m2      A1..A4 sensors of one's own

A payload that begins with E0 or more is of another kind. A record whose length does not fit is read as far as it is
there, with a warning. fPort 5: device information, battery in bytes 5 and 6.

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from decoders.dragino._frames import dragino
from decoders.kit import DecodeError, Frame, Function, Reading, Readings, u16

SENSORS: dict[int, tuple[str, str, float]] = {
    0x00: ("battery_voltage", "V", 10),
    0x01: ("wind_speed", "m/s", 10),
    0x02: ("wind_from_direction", "deg", 10),
    0x03: ("illuminance", "lx", 0.1),
    0x04: ("precipitation_detected", "1", 1),
    0x05: ("co2", "[ppm]", 1),
    0x06: ("air_temperature", "Cel", 10),
    0x07: ("relative_humidity", "%", 10),
    0x08: ("air_pressure", "hPa", 10),
    0x09: ("precipitation_total", "mm", 10),
    0x0A: ("pm2_5", "ug/m3", 1),
    0x0B: ("pm10", "ug/m3", 1),
    0x0C: ("photosynthetic_photon_flux", "umol/m2/s", 1),
    0x0D: ("solar_irradiance", "W/m2", 10),
}
"""Type → quantity, unit, divisor."""
OWN = {0xA1: "A1", 0xA2: "A2", 0xA3: "A3", 0xA4: "A4"}
RAIN, TEMPERATURE, LIGHT = 0x04, 0x06, 0x03
OTHER = 0xE0


def _value(kind: int, data: bytes) -> Reading | None:
    """The reading of one record; None when its value is not there."""
    size = 1 if kind == RAIN else 2
    if len(data) < size:
        return None
    raw = int.from_bytes(data[:size], "big", signed=kind == TEMPERATURE)
    if kind in OWN:
        return Reading("analog_value", float(raw), "1", OWN[kind])
    quantity, unit, div = SENSORS[kind]
    if kind == RAIN:
        raw = min(raw, 1)
    return Reading(quantity, raw * 10.0 if kind == LIGHT else raw / div, unit)


def _records(payload: bytes, _port: int) -> Readings:
    if payload[0] >= OTHER:
        raise DecodeError("unsupported", "the message is no list of measurements")
    found: list[Reading] = []
    warnings: list[str] = []
    position = 0
    while position < len(payload):
        kind, size = payload[position], payload[position + 1] if position + 1 < len(payload) else 0
        data = payload[position + 2 : position + 2 + size]
        position += 2 + size
        if kind not in SENSORS and kind not in OWN:
            warnings.append(f"sensor {kind:#04x} is unknown")
            continue
        if (reading := _value(kind, data)) is not None:
            found.append(reading)
        if reading is None or position > len(payload):
            warnings.append(f"the record of sensor {kind:#04x} has not the length that it says")
    if not found:
        raise DecodeError("length", "no record is complete")
    return Readings(tuple(found), tuple(warnings))


MEANINGS = (
    *((quantity, unit, "") for quantity, unit, _ in SENSORS.values()),
    *(("analog_value", "1", channel) for channel in OWN.values()),
)

DECODER = dragino(
    "WSC1-L",
    Function(_records, ports=2, quantities=MEANINGS),
    Frame(ports=5, length=range(7, 14), fields=(u16(5, "battery_voltage", "V", div=1000),), note="device information"),
    ttn=("wsc1-l",),
)
