"""Sensative Strips: flat sensors for doors, temperature, leaks, presence.

    fPort 1: NNNN, then records        N: number of the last stored sample
    fPort 2: NNNN, then ssssssss and a record each    s: seconds ago

A record is a type (bit 7: also stored) and data, big-endian:

    01 battery, %              02 int16, 0.1 degC        04 the same, mean       06 0.5 %RH      07, 08 uint16, lx
    03, 05 alarms of the temperature: bits 0 high, 1 low 09 door: 0 open         0A alarm of it  0B tamper, 0C alarm
    0D wetness, %   0E leak    0F oil film   10 alarm of the user's switch       11 door openings, uint16
    12 presence     13, 14 reflected infrared, uint16    15 something very close 16 cleaning: 0 dirty .. 3 clean
    50 humidity and temperature    51 the same, mean     52 door and temperature
    6E eight bytes unused          70, 71, 72 capacitance, uint16

Source: https://github.com/TheThingsNetwork/lorawan-devices (sensative/strips.js), facts only; that 1 is a closed door
is what the maker's documentation says of type 09.
"""

from __future__ import annotations

from decoders.kit import (
    NONZERO,
    AnyField,
    DecodeError,
    Decoder,
    Field,
    Function,
    Reading,
    Readings,
    Record,
    Tlv,
    flag,
    i16,
    u8,
    u16,
)

OPEN = {0: 1} | dict.fromkeys(range(1, 256), 0)


def _temperature(byte: int, channel: str = "") -> Field:
    return i16(byte, "air_temperature", "Cel", div=10, channel=channel)


def _limits(channel: str) -> Record:
    return Record(1, (flag(0, 0, "alarm", channel=f"{channel}-high"), flag(0, 1, "alarm", channel=f"{channel}-low")))


def _one(quantity: str, channel: str = "") -> Record:
    return Record(1, (u8(0, quantity, "1", table=NONZERO, channel=channel),))


def _word(quantity: str, unit: str, channel: str = "") -> Record:
    return Record(2, (u16(0, quantity, unit, channel=channel),))


HUMIDITY: AnyField = u8(0, "relative_humidity", "%", div=2)
DOOR: AnyField = u8(0, "contact", "1", table=OPEN)
RECORDS = {
    0: Record(0),
    1: Record(1, (u8(0, "battery_level", "%"),)),
    2: Record(2, (_temperature(0),)),
    3: _limits("temperature"),
    4: Record(2, (_temperature(0, "mean"),)),
    5: _limits("mean-temperature"),
    6: Record(1, (HUMIDITY,)),
    7: _word("illuminance", "lx"),
    8: _word("illuminance", "lx", "2"),
    9: Record(1, (DOOR,)),
    10: _one("alarm", "door"),
    11: _one("tamper"),
    12: _one("alarm", "tamper"),
    13: Record(1, (u8(0, "analog_value", "%", channel="flood"),)),
    14: _one("leak"),
    15: Record(1, (u8(0, "analog_value", "1", channel="oil"),)),
    16: _one("alarm", "user-switch"),
    17: _word("door_count", "1"),
    18: _one("occupancy"),
    19: _word("analog_value", "1", "infrared"),
    20: _word("analog_value", "1", "infrared-close"),
    21: _one("alarm", "close"),
    22: Record(1, (u8(0, "device_state", "1", channel="cleaning"),)),
    80: Record(3, (HUMIDITY, _temperature(1))),
    81: Record(3, (HUMIDITY, _temperature(1, "mean"))),
    82: Record(3, (DOOR, _temperature(1))),
    110: Record(8),
    112: _word("analog_value", "1", "capacitance-flood"),
    113: _word("analog_value", "1", "capacitance-pad"),
    114: _word("analog_value", "1", "capacitance-end"),
}
ALL = RECORDS | {kind | 0x80: record for kind, record in RECORDS.items()}
NOW = Tlv(records=ALL, ports=1, start=2)
ONE = Tlv(records=ALL)
AGE = 4


def _stored(payload: bytes, port: int) -> Readings:
    found: list[Reading] = []
    at = 2
    while at < len(payload):
        age, kind = int.from_bytes(payload[at : at + AGE], "big"), payload[at + AGE]
        if (record := ALL.get(kind)) is None or not isinstance(record.size, int):
            if not found:
                raise DecodeError("unsupported", f"unknown record {kind:#04x}")
            return Readings(tuple(found), (f"unknown record {kind:#04x}",))
        end = at + AGE + 1 + record.size
        if end > len(payload):
            raise DecodeError("length", f"record {kind:#04x} is cut short")
        found += [r._replace(time_offset=-float(age)) for r in ONE.decode(payload[at + AGE : end], port).readings]
        at = end
    return Readings(tuple(found))


DECODER = Decoder(
    id="sensative-strips",
    vendor="Sensative",
    model="Strips",
    source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/sensative/strips.js",
    layouts=(NOW, Function(_stored, ports=2, length=range(7, 243), quantities=tuple(NOW.meanings()))),
    identifiers={"ttn": ("sensative/strips",), "chirpstack": ("Strips",)},
)
