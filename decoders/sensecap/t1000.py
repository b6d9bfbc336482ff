"""Seeed SenseCAP T1000 (A, B): card tracker, position only, with temperature and light.

fPort 5, records of one byte and big-endian data (192 and 199 carry data for a location service):

    06 EEEEEE MM ZZZZZZZZ OOOOOOOO AAAAAAAA TTTT LLLL BB    position
    09 EEEEEE MM ZZZZZZZZ OOOOOOOO AAAAAAAA BB              the same without sensors
    07, 08, 0A, 0B    heard networks (28 bytes) or beacons (21 bytes) instead of the position
    0F, 10            no position yet: with and without sensors
    11 PP EEEEEE ZZZZZZZZ TTTT LLLL BB                      why there is no position
    01, 02, 05        state and settings, battery first; 03, 04: settings; 0C: empty; 0D: fault; 0E: data for a service

- E: events, lowest bit first: starts moving, stops, rests, shock, temperature, light, SOS, button
- Z: time, s since 1970
- O, A: longitude and latitude, 0.000001 deg
- T: temperature, 0.1 degC; 8000: none
- L: light, %; 8000: none
- B: battery, %

Addresses of other people's devices are not read.

Source: https://github.com/TheThingsNetwork/lorawan-devices (sensecap/sensecapt1000-tracker-ab-decoder.js), facts only.
"""

from decoders.kit import Decoder, Field, Frame, Record, Tlv, flag, i16, i32, u8, u32

TIME = u32(4, "")


def _events(byte: int) -> tuple[Field, ...]:
    return (
        flag(byte, 0, "moving", channel="start"),
        flag(byte, 1, "moving", channel="stop"),
        flag(byte, 2, "moving", channel="rest"),
        flag(byte, 3, "vibration"),
        flag(byte, 4, "alarm", channel="temperature"),
        flag(byte, 5, "alarm", channel="light"),
        flag(byte, 6, "alarm", channel="sos"),
        flag(byte, 7, "button"),
    )


def _sensors(byte: int) -> tuple[Field, ...]:
    return (
        i16(byte, "air_temperature", "Cel", div=10, missing=0x8000),
        i16(byte + 2, "light_level", "1", missing=0x8000),
    )


def _battery(byte: int) -> Field:
    return u8(byte, "battery_level", "%")


POSITION = (i32(8, "longitude", "deg", div=1000000), i32(12, "latitude", "deg", div=1000000))


def _fragment(data: bytes) -> int:
    return 4 + data[3] if len(data) > 3 else 4


RECORDS = {
    0x01: Record(46, (_battery(0),), note="the device's settings"),
    0x02: Record(15, (_battery(0),)),
    0x03: Record(31, note="the device's settings"),
    0x04: Record(9, note="the device's settings"),
    0x05: Record(4, (_battery(0),)),
    0x06: Record(21, (*POSITION, *_sensors(16), _battery(20), *_events(2)), time=TIME),
    0x07: Record(41, (*_sensors(36), _battery(40), *_events(2)), time=TIME),
    0x08: Record(34, (*_sensors(29), _battery(33), *_events(2)), time=TIME),
    0x09: Record(17, (*POSITION, _battery(16), *_events(2)), time=TIME),
    0x0A: Record(37, (_battery(36), *_events(2)), time=TIME),
    0x0B: Record(30, (_battery(29), *_events(2)), time=TIME),
    0x0C: Record(0),
    0x0D: Record(4, (u32(0, "fault_code", "1"),)),
    0x0E: Record(_fragment, note="data for a location service"),
    0x0F: Record(16, (*_sensors(8), _battery(12), *_events(2)), time=TIME),
    0x10: Record(12, (_battery(8), *_events(2)), time=TIME),
    0x11: Record(
        13,
        (*_sensors(8), _battery(12), u8(0, "device_state", "1", channel="positioning"), *_events(3)),
        time=TIME,
    ),
}

DECODER = Decoder(
    id="sensecap-t1000",
    vendor="Seeed SenseCAP",
    model="T1000",
    source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/sensecap/sensecapt1000-tracker-ab-decoder.js",
    layouts=(
        Tlv(records=RECORDS, ports=5),
        Frame(ports=(192, 199), length=range(1, 243), note="data for a location service"),
    ),
    identifiers={
        "ttn": ("sensecap/sensecapt1000-tracker-ab", "sensecap/t1000"),
        "chirpstack": ("T1000", "SenseCAP T1000", "T1000-A", "T1000-B"),
    },
)
