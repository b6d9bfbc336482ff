"""Milesight GS601: vaping, particles, TVOC, climate.

Records of channel, type, data (little-endian), usually on fPort 85:

    one byte of id, then the data:

    01 VV index of vapour; 03 05 07 uint16 PM1, PM2.5, PM10, ug/m3; 09 int16, 0.1 degC; 0B uint16, 0.1 %RH;
    0D uint16 TVOC, ug/m3; 0F tamper; 11 buzzer; 12 somebody is there
    02 04 06 08 0A 0C 0E 10 alarms: a kind (0 failed, 1 below, 2 above range, 10 over, 11 alarm: the value follows;
    20 interference or fire over, 21 interference or fire)
    D9 DA DB DD DE DF: maker's data

Source: https://github.com/Milesight-IoT/SensorDecoders (GS601).
"""

from __future__ import annotations

from collections.abc import Iterator

from decoders.kit import Decoder, Reading, Record, Tlv, i16, u8
from decoders.milesight._records import SOURCE, VENDOR, state, word

OVER, RAISED = 0x10, 0x11
"""These kinds of alarm are followed by the value."""
ALARMS = {OVER: 0.0, RAISED: 1.0, 0x20: 0.0, 0x21: 1.0}


def _alarm(size: int, channel: str, quantity: str = "", unit: str = "", *, signed: bool = False) -> Record:
    """An alarm: its kind, and `size` bytes of value where it is about one (temperatures in 0.1 degC)."""

    def read(data: bytes) -> Iterator[Reading]:
        kind = data[0]
        if kind in ALARMS:
            yield Reading("alarm", ALARMS[kind], "1", channel)
        else:
            yield Reading("fault", 1.0, "1", channel)
        if kind in (OVER, RAISED) and size:
            yield Reading(quantity, int.from_bytes(data[1:], "little", signed=signed) / (10 if signed else 1), unit)

    meanings = (("alarm", "1", channel), ("fault", "1", channel), *(((quantity, unit, ""),) if quantity else ()))
    return Record(lambda data: 1 + (size if data[:1] in (b"\x10", b"\x11") else 0), read=read, quantities=meanings)


RECORDS = {
    0x01: Record(1, (u8(0, "vaping_index", "1"),)),
    0x02: _alarm(1, "vaping", "vaping_index", "1"),
    0x03: Record(2, (word(0, "pm1", "ug/m3"),)),
    0x04: _alarm(2, "pm1", "pm1", "ug/m3"),
    0x05: Record(2, (word(0, "pm2_5", "ug/m3"),)),
    0x06: _alarm(2, "pm2_5", "pm2_5", "ug/m3"),
    0x07: Record(2, (word(0, "pm10", "ug/m3"),)),
    0x08: _alarm(2, "pm10", "pm10", "ug/m3"),
    0x09: Record(2, (i16(0, "air_temperature", "Cel", div=10),)),
    0x0A: _alarm(2, "temperature", "air_temperature", "Cel", signed=True),
    0x0B: Record(2, (word(0, "relative_humidity", "%", div=10),)),
    0x0C: _alarm(0, "humidity"),
    0x0D: Record(2, (word(0, "tvoc", "ug/m3"),)),
    0x0E: _alarm(2, "tvoc", "tvoc", "ug/m3"),
    0x0F: Record(1, (state(0, "tamper"),)),
    0x10: _alarm(0, "tamper"),
    0x11: Record(1, (state(0, "alarm", channel="buzzer"),)),
    0x12: Record(1, (state(0, "occupied"),)),
    0xD9: Record(2),
    0xDA: Record(8),
    0xDB: Record(8),
    0xDD: Record(32),
    0xDE: Record(32),
    0xDF: Record(2),
}

DECODER = Decoder(
    id="milesight-gs601",
    vendor=VENDOR,
    model="GS601",
    source=SOURCE,
    layouts=(Tlv(records=RECORDS, byteorder="little"),),
    identifiers={"ttn": ("milesight-iot/gs601",), "chirpstack": ("GS601",)},
)
