"""Decentlab protocol 2: 16-bit words, big-endian, behind a word that says which sensors are there.

    02 IIII FFFF WWWW WWWW ...

- I: serial number
- F: one bit for each sensor, the lowest for the first; sensors whose bit is not set are left out of the words
- W: the words of the sensors that are there, in order

The battery (mV) is the last sensor of most models, the first of some. Source: the maker's data sheets and decoders
(https://github.com/decentlab/decentlab-decoders), facts only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from decoders.kit import (
    AnyField,
    Body,
    Computed,
    DecodeError,
    Decoder,
    EncodeError,
    Field,
    Function,
    Reading,
    Readings,
    Values,
    u16,
    u32,
)
from decoders.kit.layout import can_write
from decoders.kit.readings import grouped

_HEAD = 5
_HALF = 1 << 23


@dataclass(frozen=True, slots=True)
class Sensor:
    """Words that come and go together. Positions of `fields` count in bytes or bits from the sensor's first word."""

    words: int
    fields: tuple[AnyField, ...]


BATTERY = Sensor(1, (u16(0, "battery_voltage", "V", div=1000),))


def word(
    index: int,
    quantity: str,
    unit: str = "",
    *,
    div: float = 1,
    mul: float = 1,
    add: float = 0,
    offset: float = 0,
    missing: int | tuple[int, ...] = (),
    channel: str = "",
) -> Field:
    """A plain word of a sensor: `value = (word + add) * mul / div + offset`."""
    return u16(
        2 * index, quantity, unit, div=div, mul=mul, add=add, offset=offset, missing=missing, channel=channel
    )  # fmt: skip


def centred(
    index: int,
    quantity: str,
    unit: str = "",
    *,
    div: float = 1,
    mul: float = 1,
    missing: int | tuple[int, ...] = (),
    channel: str = "",
) -> Field:
    """A word that counts from 32768, Decentlab's way to write signed numbers."""
    return u16(2 * index, quantity, unit, div=div, mul=mul, add=-32768, missing=missing, channel=channel)


def double(index: int, quantity: str, unit: str = "", *, div: float = 1, mul: float = 1, channel: str = "") -> Field:
    """Two words, the low one first."""
    return u32(2 * index, quantity, unit, div=div, mul=mul, channel=channel, byteorder="words")


def bridge(index: int, quantity: str, unit: str = "", *, div: float = 1, mul: float = 1, channel: str = "") -> Field:
    """Two words of the 24-bit converter, the low one first: -1 to 1, of which the mean is 2**23."""
    return u32(
        2 * index, quantity, unit, add=-_HALF, mul=mul, div=div * _HALF, channel=channel, byteorder="words"
    )  # fmt: skip


def volumetric_water(
    index: int, polynomial: Callable[[float], float], *, div: float, mul: float = 1, add: float = 0
) -> Computed:
    """Water content in m3/m3 by the probe maker's calibration polynomial."""
    return Computed(
        quantity="soil_moisture",
        unit="1",
        inputs=(u16(2 * index, "", div=div, mul=mul, add=add),),
        function=polynomial,
    )


def protocol(*sensors: Sensor) -> Function:
    """The layout of a model with these sensors, in the order of their bits. The battery is added as the last."""
    known = sensors if BATTERY in sensors else (*sensors, BATTERY)
    bodies = tuple(Body(sensor.fields, size=2 * sensor.words) for sensor in known)

    def read(payload: bytes, _port: int) -> Readings:
        if payload[0] != 2:
            raise DecodeError("header", f"protocol {payload[0]} instead of 2")
        flags = payload[3] << 8 | payload[4]
        if flags >> len(bodies):
            raise DecodeError("unsupported", "sensors are there that this model does not have")
        out: list[Reading] = []
        warnings: list[str] = []
        position = _HEAD
        for body in bodies:
            if flags & 1:
                stop = position + body.size
                if stop > len(payload):
                    raise DecodeError("length", f"{len(payload)} bytes, {stop} are needed")
                body.read(payload[position:stop], out, warnings)
                position = stop
            flags >>= 1
        if position != len(payload):
            warnings.append(f"{len(payload) - position} bytes after the last sensor")
        return Readings(tuple(out), tuple(warnings))

    def write(values: Values, _port: int) -> bytes:
        left = _plain(values)
        flags, data = 0, b""
        for index, body in enumerate(bodies):
            mine = {key: value for key, value in left.items() if body.has(key)}
            if mine:
                data += body.write(mine)[0]
                flags |= 1 << index
                left = {key: value for key, value in left.items() if key not in mine}
        if left:
            raise EncodeError(f"no field for {next(iter(left))[0]}")
        return b"\x02\x00\x00" + flags.to_bytes(2, "big") + data

    return Function(
        read,
        length=range(_HEAD, 256),
        quantities=tuple((f.quantity, f.unit, f.channel) for sensor in known for f in sensor.fields),
        write=write if all(can_write(sensor.fields) for sensor in known) else None,
        missing=any(isinstance(f, Field) and f.missing != () for sensor in known for f in sensor.fields),
    )


def _plain(values: Values) -> dict[tuple[str, str], float]:
    samples = grouped(values)
    if len(samples) > 1:
        raise EncodeError("one payload has one sample")
    return dict(next(iter(samples.values()), []))


def decentlab(
    model: str, *sensors: Sensor, ttn: Iterable[str], chirpstack: Iterable[str] = (), version: int = 1
) -> Decoder:
    """A decoder of one model ("DL-PR26-0-1")."""
    return Decoder(
        id=f"decentlab-{model.lower()}",
        vendor="Decentlab",
        model=model,
        version=version,
        source="https://github.com/decentlab/decentlab-decoders",
        layouts=(protocol(*sensors),),
        identifiers={"ttn": tuple(f"decentlab/{name}" for name in ttn), "chirpstack": (model, *chirpstack)},
    )
