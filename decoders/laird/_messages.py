"""What Laird's Sentrius RS1xx share.

Any fPort: `KK OO ...`, kind of message, options (bits 2 alarm, 3 started, 4 fault), then big-endian:

    01 hh HH tt TT BB AAAA LLLL               values now; battery in classes; alarms; messages in store
    02 AA LLLL BB NN ssssssss hh HH tt TT ..  several values; s: s since 2015 of the first one. The time between them is
                                              a setting that is not in the message: they come as channels "sample-n"
    03 ssssssss hh HH tt TT                   a stored one        04 NN, then of each ssssssss hh HH tt TT
    09 MM SS CC NN                            contact: 1 open; N: how often
    0A vv VV                                  battery voltage
    0B tttt TTTT BB AAAA LLLL                 values now of a model with a platinum sensor, which has tttt TTTT instead
                                              of hh HH tt TT in the other messages, too

h, t: hundredths, H, T: whole %RH and degC, all with sign. 05 to 08, 0C: settings and versions.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/laird), facts only.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from decoders.kit import (
    SECOND_NS,
    AnyField,
    Computed,
    Decoder,
    Frame,
    Function,
    Layout,
    Reading,
    Readings,
    When,
    flag,
    i8,
    i16,
    u8,
    u16,
)

EPOCH = 1_420_070_400
"""2015-01-01."""
DAY = 86_400
OPTIONS = (flag(1, 2, "alarm"), flag(1, 3, "device_state", channel="started"), flag(1, 4, "fault"))


def _hundredths(parts: float, whole: float) -> float:
    return (whole * 100 + parts) / 100


def _pair(quantity: str, unit: str, parts: AnyField, whole: AnyField) -> AnyField:
    return Computed(quantity=quantity, unit=unit, inputs=(parts, whole), function=_hundredths)  # type: ignore[arg-type]  # plain fields


def _rest(byte: int) -> tuple[AnyField, ...]:
    return (
        *OPTIONS,
        u8(byte, "device_state", "1", channel="battery-class"),
        u16(byte + 1, "event_count", "1", channel="alarms"),
        u16(byte + 3, "device_state", "1", channel="stored"),
    )


def climate(data: bytes) -> tuple[Reading, ...]:
    """Temperature and humidity in four bytes."""
    moist, wet, warm, hot = struct.unpack(">4b", data)
    return (
        Reading("air_temperature", _hundredths(warm, hot), "Cel"),
        Reading("relative_humidity", _hundredths(moist, wet), "%"),
    )


def platinum(data: bytes) -> tuple[Reading, ...]:
    """A temperature in four bytes."""
    parts, whole = struct.unpack(">2h", data)
    return (Reading("process_temperature", _hundredths(parts, whole), "Cel"),)


Sample = Callable[[bytes], tuple[Reading, ...]]


def _time(seconds: int) -> int | None:
    """When a sample was taken; a clock that was never set runs from 2015 on."""
    return (EPOCH + seconds) * SECOND_NS if seconds >= DAY else None


def _many(sample: Sample) -> Callable[[bytes, int], Readings]:
    def read(payload: bytes, _port: int) -> Readings:
        count, time = payload[6], _time(int.from_bytes(payload[7:11], "big"))
        found = []
        for n in range(count):
            channel = f"sample-{n + 1}" if n else ""
            data = payload[11 + 4 * n : 15 + 4 * n]
            found += [reading._replace(channel=channel, time=time) for reading in sample(data)]
        return Readings(tuple(found))

    return read


def _stored(sample: Sample) -> Callable[[bytes, int], Readings]:
    def read(payload: bytes, _port: int) -> Readings:
        found: list[Reading] = []
        warnings = []
        count, start = (1, 2) if payload[0] == 3 else (payload[2], 3)
        for at in range(start, start + 8 * count, 8):
            time = _time(int.from_bytes(payload[at : at + 4], "big"))
            readings = sample(payload[at + 4 : at + 8])
            if time is None:
                warnings.append("a stored sample is left out: its clock is not set")
            else:
                found += [reading._replace(time=time) for reading in readings]
        return Readings(tuple(found), tuple(warnings))

    return read


def _kind(code: int) -> Callable[[bytes], bool]:
    return lambda payload: payload[0] == code


def _samples(sample: Sample) -> tuple[Layout, ...]:
    meanings = [(reading.quantity, reading.unit) for reading in sample(bytes(4))]
    once = tuple((*meaning, "") for meaning in meanings)
    many = (*once, *((*meaning, "sample-{n}") for meaning in meanings))
    return (
        Function(_many(sample), length=range(15, 243, 4), when=_kind(2), quantities=many),
        Function(_stored(sample), length=10, when=_kind(3), quantities=once),
        Function(_stored(sample), length=range(11, 243, 8), when=_kind(4), quantities=once),
    )


NOW = Frame(
    length=11,
    when=When(at=0, equals=1),
    fields=(
        _pair("air_temperature", "Cel", i8(4, ""), i8(5, "")),
        _pair("relative_humidity", "%", i8(2, ""), i8(3, "")),
        *_rest(6),
    ),
)
PLATINUM_NOW = Frame(
    length=11,
    when=When(at=0, equals=0x0B),
    fields=(_pair("process_temperature", "Cel", i16(2, ""), i16(4, "")), *_rest(6)),
)
OTHERS = (
    Frame(
        length=6,
        when=When(at=0, equals=9),
        fields=(
            *OPTIONS,
            u8(3, "contact", "1", table={0: 0, 1: 1}),
            u8(4, "device_state", "1", channel="cancelled"),
            u8(5, "event_count", "1", channel="contact"),
        ),
    ),
    Frame(
        length=4,
        when=When(at=0, equals=0x0A),
        fields=(*OPTIONS, _pair("battery_voltage", "V", i8(2, ""), i8(3, ""))),
    ),
    Frame(length=range(2, 20), when=When(at=0, equals=(5, 6, 7, 8, 0x0C)), note="settings or version"),
)


def laird(model: str, name: str, *now: Frame, sample: Sample, ttn: tuple[str, ...]) -> Decoder:
    """The decoder of one model."""
    return Decoder(
        id=f"laird-{name}",
        vendor="Laird",
        model=model,
        source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/laird",
        layouts=(*now, *_samples(sample), *OTHERS),
        identifiers={"ttn": tuple(f"laird/{n}" for n in ttn), "chirpstack": (model,)},
    )
