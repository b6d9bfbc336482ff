"""Dragino LHT65N: air temperature and humidity, optional external sensor.

fPort 2, 11 bytes (15 with some firmware; the rest is not described), big-endian:

    BBBB TTTT HHHH EE XXXX XXXX

- B: upper 2 bits battery state (0 very low, 1 low, 2 OK, 3 good), lower 14 battery, mV
- T: int16, built-in sensor, 0.01 degC
- H: lower 12 bits, 0.1 %RH
- E: bit 7: external sensor not connected; bit 6: stored samples (below); bits 5..0: which external sensor
  - 0 none
  - 1 DS18B20, 2 TMP117: X int16, 0.01 degC, 7FFF: no probe
  - 4 switch: X level, then whether it sent this message
  - 5 light: X uint16, lx
  - 6 ADC: X uint16, mV
  - 7, 8 counter: X uint16, uint32
  - 9 DS18B20, 0A TMP117 with time: probe instead of B, battery state in the upper bits of H, X time, s since 1970
  - 0B SHT31: X int16, 0.01 degC, then lower 12 bits, 0.1 %RH
  - 0E: not described
  - 0F, 10, 20: serial number of DS18B20, SHT31, TMP117 instead of T and H; for the latter two X as with 0B and 2

Stored samples, on the datalog command or resent (bit 7) when an uplink was not confirmed: groups of 11 bytes

    XXXX TTTT HHHH EE ssssssss      X as above in two bytes, s since 1970

fPort 3: a series of one sensor (1, 2 probe; 3 built-in; 4 SHT31): BBBB EE, then int16, 0.01 degC each. The message
carries neither order nor interval; read here as oldest first at 60 s, with a warning.
fPort 5: device information.

Source: Dragino LHT65N manual; https://github.com/dragino/dragino-end-node-decoder (LHT65N V1.5.6), facts only.
"""

from __future__ import annotations

from collections.abc import Iterator

from decoders.dragino._frames import BATTERY, INFORMATION, PROBE_MISSING, dragino
from decoders.kit import (
    NONZERO,
    AnyField,
    DecodeError,
    Field,
    Frame,
    Function,
    Reading,
    Readings,
    Repeat,
    When,
    flag,
    i16,
    u8,
    u16,
    u32,
)


def _kind(*codes: int) -> When:
    """The external sensor is one of these."""
    return When(at=(6, 0), width=6, equals=codes)


LIVE = When(at=(6, 6), width=2, equals=0)
STORED = When(at=(6, 6), width=1, equals=1)
APART = When(at=(6, 6), width=2, equals=2)
"""Either the external sensor is not connected, or this is a sample that was sent again: then it has a time."""
TIME_SET = When(at=56, width=32, equals=range(1_483_228_800, 0x7FFF_0000))
"""From 2017 on; 7FFF and what follows it is a probe that is not connected."""
CONNECTED = When(at=(6, 7), width=1, equals=0)
TIMED = (9, 0x0A)
PLAIN = (0, 1, 2, 4, 5, 6, 7, 8, 0x0B)
NUMBERED = (0x0F, 0x10, 0x20)
STATE = {0: 1, 1: 1, 2: 0, 3: 0}


def _inside(*when: When) -> tuple[AnyField, ...]:
    return (
        i16(2, "air_temperature", "Cel", div=100, missing=PROBE_MISSING, when=when),
        Field(quantity="relative_humidity", unit="%", at=36, width=12, div=10, when=when),
    )


def _external(byte: int, probes: tuple[int, ...], counters: tuple[int, ...], *also: When) -> tuple[AnyField, ...]:
    """What the external sensor says in two bytes, by its kind."""
    switch = (_kind(4), *also)
    return (
        i16(byte, "air_temperature", "Cel", div=100, channel="probe", missing=PROBE_MISSING, when=_kind(*probes)),
        u8(byte, "digital_input", "1", table=NONZERO, channel="external", when=switch),
        u8(byte + 1, "digital_input", "1", table=NONZERO, channel="interrupt", when=switch),
        u16(byte, "illuminance", "lx", when=(_kind(5), *also)),
        u16(byte, "voltage", "V", div=1000, channel="external", when=(_kind(6), *also)),
        u16(byte, "pulse_count", "1", channel="external", when=(_kind(*counters), *also)),
    )


FIELDS = (
    BATTERY,
    Field(quantity="battery_low", unit="1", at=0, width=2, table=STATE, default=3),
    *_inside(_kind(*PLAIN)),
    *_external(7, (1, 2, 0x0B, 0x10, 0x20), (7,), CONNECTED),
    u32(7, "pulse_count", "1", channel="external", when=(_kind(8), CONNECTED)),
    Field(quantity="relative_humidity", unit="%", at=76, width=12, div=10, channel="probe", when=_kind(0x0B, 0x10)),
    flag(6, 7, "fault", channel="external"),
)


def _now(state: When) -> Frame:
    return Frame(ports=2, length=(11, 15), when=(_kind(*PLAIN, *NUMBERED), state), fields=FIELDS)


WITH_TIME = Frame(
    ports=2,
    length=(11, 15),
    when=(LIVE, _kind(*TIMED)),
    time=u32(7, ""),
    fields=(
        *_inside(),
        i16(0, "air_temperature", "Cel", div=100, channel="probe", missing=PROBE_MISSING),
        Field(quantity="battery_low", unit="1", at=32, width=2, table=STATE, default=3),
    ),
)

UNDESCRIBED = Frame(
    ports=2, length=(11, 15), when=(LIVE, _kind(0x0E)), fields=(BATTERY,), note="the external sensor is not described"
)

SAMPLES = Repeat(
    start=0,
    size=11,
    time=u32(7, ""),
    fields=(*_external(0, (1, 2, 9, 0x0A, 0x0B, 0x0C), (7, 8, 0x0E)), *_inside()),
)


def _log(ports: int | tuple[int, ...], *when: When) -> Frame:
    return Frame(ports=ports, length=range(11, 243, 11), when=when, repeat=SAMPLES)


INTERVAL_S = 60


def _series(payload: bytes, _port: int) -> Readings:
    channel = {1: "probe", 2: "probe", 3: "", 4: "probe"}.get(payload[2])
    if channel is None:
        raise DecodeError("header", f"sensor {payload[2]} of a series is unknown")

    def samples() -> Iterator[Reading]:
        yield Reading("battery_voltage", (int.from_bytes(payload[:2], "big") & 0x3FFF) / 1000, "V")
        for position in range(3, len(payload), 2):
            raw = int.from_bytes(payload[position : position + 2], "big", signed=True)
            if raw != PROBE_MISSING:
                age = (len(payload) - position - 2) // 2 * INTERVAL_S
                yield Reading("air_temperature", raw / 100, "Cel", channel, -float(age))

    return Readings(tuple(samples()), ("the series carries no times: taken as oldest first at 60 s",))


SERIES = Function(
    _series,
    ports=3,
    length=range(5, 243, 2),
    quantities=(("battery_voltage", "V", ""), ("air_temperature", "Cel", "probe"), ("air_temperature", "Cel", "")),
)

DECODER = dragino(
    "LHT65N",
    _now(LIVE),
    _log((2, 3), APART, TIME_SET),
    _now(APART),
    WITH_TIME,
    UNDESCRIBED,
    _log(2, STORED),
    _log(3, STORED, TIME_SET),
    SERIES,
    INFORMATION,
    ttn=("lht65n",),
)
