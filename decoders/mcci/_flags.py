"""What MCCI's messages share: a byte of flags says which blocks follow, big-endian.

    [FF] [..] BB block block .. [BB block ..]

- F: format, where the fPort alone does not tell it
- B: flags; the block of bit 0 comes first

`half` is a number in [0, 1) with 4 bits of exponent and 12 of mantissa, `signed_half` one in (-1, 1) with 11 of
mantissa, `lux` a float of 24 bits. Clocks count s since 1980-01-06T00:00Z without leap seconds.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/mcci), facts only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from decoders.kit import DecodeError, Decoder, Function, Layout, Meaning, Reading, Readings

GPS_EPOCH_S = 315_964_800
LEAP_SECONDS = 18
SECOND_NS = 1_000_000_000
EARLIEST_NS = 1_483_228_800 * SECOND_NS


@dataclass(frozen=True, slots=True)
class Block:
    """What follows one flag: `read` gives values in the order of `meanings`, None for those that are not there."""

    size: int
    meanings: tuple[Meaning, ...]
    read: Callable[[bytes], Iterable[float | None]]
    clock: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A byte of flags with its blocks, and blocks that always follow."""

    blocks: Mapping[int, Block]
    then: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Rest:
    """What the remaining bytes are: values of 16 bits, channels numbered from 1."""

    quantity: str
    channel: str
    value: Callable[[int], float] = field(default=float)


def unsigned(data: bytes) -> int:
    """Big-endian."""
    return int.from_bytes(data, "big")


def signed(data: bytes) -> int:
    """Big-endian, two's complement."""
    return int.from_bytes(data, "big", signed=True)


def half(raw: int) -> float:
    """A number in [0, 1)."""
    return math.ldexp((raw & 0xFFF) / 4096, (raw >> 12) - 15)


def signed_half(raw: int) -> float:
    """A number in (-1, 1)."""
    value = math.ldexp((raw & 0x7FF) / 2048, (raw >> 11 & 0xF) - 15)
    return -value if raw & 0x8000 else value


def lux(raw: int) -> float | None:
    """A float of 24 bits with 7 of exponent."""
    exponent, mantissa = raw >> 16 & 0x7F, raw & 0xFFFF
    if exponent == 0x7F:
        return None
    value = math.ldexp((mantissa + (0x10000 if exponent else 0)) / 0x10000, max(exponent, 1) - 63)
    return -value if raw & 0x800000 else value


def volt(quantity: str, channel: str = "") -> Block:
    """1/4096 V."""
    return Block(2, ((quantity, "V", channel),), lambda data: (signed(data) / 4096,))


def number(
    size: int, quantity: str, unit: str = "1", channel: str = "", value: Callable[[int], float | None] = float
) -> Block:
    """One unsigned number."""
    return Block(size, ((quantity, unit, channel),), lambda data: (value(unsigned(data)),))


def kelvins(quantity: str = "air_temperature", channel: str = "") -> Block:
    """1/256 degC."""
    return Block(2, ((quantity, "Cel", channel),), lambda data: (signed(data) / 256,))


def several(*blocks: Block) -> Block:
    """Blocks under one flag."""

    def read(data: bytes) -> Iterator[float | None]:
        at = 0
        for block in blocks:
            yield from block.read(data[at : at + block.size])
            at += block.size

    return Block(sum(block.size for block in blocks), tuple(m for block in blocks for m in block.meanings), read)


BATTERY, SYSTEM, BUS = volt("battery_voltage"), volt("supply_voltage", "system"), volt("supply_voltage", "bus")
BOOTS = number(1, "event_count", channel="boot")
PRESSURE = number(2, "air_pressure", "hPa", value=lambda raw: raw * 4 / 100)
LIGHT = number(2, "illuminance", "lx")
LUX = number(3, "illuminance", "lx", value=lux)
IRRADIANCE = several(*(number(2, "analog_value", channel=name) for name in ("infrared", "white", "ultraviolet")))
WHITE = number(2, "analog_value", channel="white", value=lambda raw: half(raw) * (1 << 24))
CLOCK = Block(4, (), lambda data: (unsigned(data),), clock=True)


def climate(*, pressure: bool, fine: bool, heat: bool = False, channel: str = "", of: str = "air_temperature") -> Block:
    """Temperature, maybe pressure, humidity of 8 or (`fine`) 16 bits, and what follows from them."""
    size = 3 + 2 * pressure + fine
    meanings = [(of, "Cel", channel), ("relative_humidity", "%", channel), ("dew_point", "Cel", channel)]
    if heat:
        meanings.append(("heat_index", "Cel", channel))
    if pressure:
        meanings.append(("air_pressure", "hPa", channel))

    def read(data: bytes) -> Iterator[float | None]:
        temperature = signed(data[:2]) / 256
        raw = unsigned(data[2 + 2 * pressure :])
        humidity = raw * 100 / 65535 if fine else raw / 256 * 100
        yield temperature
        yield humidity
        yield dew_point(temperature, humidity)
        if heat:
            yield heat_index(temperature, humidity)
        if pressure:
            yield unsigned(data[2:4]) * 4 / 100

    return Block(size, tuple(meanings), read)


def dew_point(temperature: float, humidity: float) -> float | None:
    """Magnus formula with the constants of Alduchov and Eskridge; humidity is at least 1 %."""
    if temperature <= -243.04:
        return None
    x = math.log(min(max(humidity, 1), 100) / 100) + 17.625 * temperature / (243.04 + temperature)
    return 243.04 * x / (17.625 - x)


def heat_index(temperature: float, humidity: float) -> float | None:
    """Heat index of the US National Weather Service (Rothfusz), None where it is not defined."""
    t, h = temperature * 1.8 + 32, humidity
    if not 76 <= math.floor(t + 0.5) <= 126:
        return None
    found = 0.5 * (t + 61 + (t - 68) * 1.2 + h * 0.094)
    if found + t >= 160:
        found = (
            -42.379 + 2.04901523 * t + 10.14333127 * h - 0.22475541 * t * h - 0.00683783 * t * t
            - 0.05481717 * h * h + 0.00122874 * t * t * h + 0.00085282 * t * h * h - 0.00000199 * t * t * h * h
        )  # fmt: skip
        if h < 13 and 80 <= t <= 112:
            found -= (13 - h) / 4 * math.sqrt((17 - abs(t - 95)) / 17)
        elif h > 85 and 80 <= t <= 87:
            found += (h - 85) / 10 * ((87 - t) / 5)
    return (found - 32) / 1.8 if found < 183.5 else None


def message(
    ports: int | tuple[int, ...],
    *sections: Section,
    format_: int | None = None,
    head: tuple[Block, ...] = (),
    rest: Rest | None = None,
    last: Block | None = None,
) -> Function:
    """One format; `last` is there when bytes are left."""

    def present(payload: bytes) -> Iterator[tuple[Block, bytes]]:
        at = 0 if format_ is None else 1

        def take(block: Block) -> tuple[Block, bytes]:
            nonlocal at
            data, at = payload[at : at + block.size], at + block.size
            if at > len(payload):
                raise DecodeError("length", f"the message ends within {block.meanings or 'its clock'}")
            return block, data

        for block in head:
            yield take(block)
        for section in sections:
            flags, at = payload[at], at + 1
            for bit, block in section.blocks.items():
                if flags >> bit & 1:
                    yield take(block)
            for block in section.then:
                yield take(block)
        if rest is not None:
            for n in range((len(payload) - at) // 2):
                meaning = (rest.quantity, "1", f"{rest.channel}{n + 1}")
                yield take(Block(2, (meaning,), lambda data: (rest.value(unsigned(data)),)))
        if last is not None and at < len(payload):
            yield take(last)
        if at < len(payload):
            raise DecodeError("length", f"{len(payload) - at} bytes more than the flags announce")

    def read(payload: bytes, port: int) -> Readings:  # noqa: ARG001 - one signature for all functions
        out: list[Reading] = []
        time: int | None = None
        for block, data in present(payload):
            if block.clock:
                time = (unsigned(data) + GPS_EPOCH_S - LEAP_SECONDS) * SECOND_NS
                continue
            for (quantity, unit, channel), value in zip(block.meanings, block.read(data), strict=True):
                if value is not None:
                    out.append(Reading(quantity, float(value), unit, channel))
        if time is not None and time < EARLIEST_NS:
            return Readings(tuple(out), ("the device's clock is not set",))
        return Readings(tuple(reading._replace(time=time) for reading in out))

    blocks = [
        *head,
        *((last,) if last is not None else ()),
        *(b for section in sections for b in (*section.blocks.values(), *section.then)),
    ]
    meanings = [meaning for block in blocks for meaning in block.meanings]
    if rest is not None:
        meanings += [(rest.quantity, "1", f"{rest.channel}{n}") for n in range(1, 121)]
    return Function(
        read,
        ports=ports,
        length=range(1, 243),
        quantities=tuple(dict.fromkeys(meanings)),
        when=None if format_ is None else lambda payload: payload[0] == format_,
    )


def mcci(model: str, name: str, layouts: tuple[Layout, ...], ttn: Iterable[str]) -> Decoder:
    """A decoder of MCCI's."""
    return Decoder(
        id=f"mcci-{name}",
        vendor="MCCI",
        model=model,
        source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/mcci",
        layouts=layouts,
        identifiers={"ttn": tuple(f"mcci/{one}" for one in ttn), "chirpstack": (model,)},
    )
