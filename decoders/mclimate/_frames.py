"""What MClimate's frames share.

A keep-alive message begins with 01 or 81. Answers to commands come before the same message, in one payload: only their
last bytes, a keep-alive message of its usual length, are measurements.

- temperature: 10 bit, (raw - 400) / 10 degC
- humidity: raw / 256, given with two decimals, as the maker does
- battery: 1.6 V + 8 mV or + 2200/255 mV, two decimals as well

Source: https://docs.mclimate.eu/mclimate-lorawan-devices and https://github.com/TheThingsNetwork/lorawan-devices
(vendor/mclimate), facts only.
"""

from __future__ import annotations

from decoders.kit import (
    AnyField,
    DecodeError,
    Decoder,
    Field,
    Frame,
    Function,
    Layout,
    Readings,
    When,
    rounded,
    u8,
    u16,
)

KEEP_ALIVE = When(at=0, equals=(0x01, 0x81))
LONGEST = 60


def temperature(byte: int, quantity: str = "air_temperature") -> Field:
    """A temperature in the lowest 10 bits of two bytes."""
    return Field(quantity=quantity, unit="Cel", at=8 * byte + 6, width=10, add=-400, div=10)


def humidity(byte: int) -> Field:
    """Humidity in one byte."""
    return u8(byte, "relative_humidity", "%", **rounded(2, mul=100, div=256))


def battery(byte: int, *, digits: int = 2) -> Field:
    """Battery in steps of 8 mV."""
    return u8(byte, "battery_voltage", "V", **rounded(digits, mul=8, add=1600, div=1000))


def battery_255(byte: int) -> Field:
    """Battery in 255ths of 2.2 V."""
    return u8(byte, "battery_voltage", "V", **rounded(2, mul=2200, add=1600 * 255, div=255_000))


def co2(low: int) -> AnyField:
    """Carbon dioxide in 13 bits: the lower byte, then the upper five bits of the next."""
    return Field(
        quantity="co2", unit="[ppm]", at=8 * low, width=16,
        convert=lambda raw: float((raw & 0xF8) << 5 | raw >> 8),
        invert=lambda value: (int(value) & 0xFF) << 8 | int(value) >> 8 << 3,
    )  # fmt: skip


def millivolts(byte: int) -> Field:
    """Battery as it is, mV."""
    return u16(byte, "battery_voltage", "V", div=1000)


def mclimate(
    model: str, name: str, *frames: Frame, ttn: tuple[str, ...] = (), chirpstack: tuple[str, ...] = ()
) -> Decoder:
    """The decoder of one model. The first frame is also looked for behind answers to commands."""
    frame = frames[0]
    size = max(n for n in range(LONGEST) if frame.fits(n))

    def behind(payload: bytes, port: int) -> Readings:
        rest = payload[-size:]
        if not frame.matches(rest):
            raise DecodeError("header", "there is no keep-alive message behind the answers")
        return frame.decode(rest, port)

    layouts: tuple[Layout, ...] = frames
    if frame.when:
        answers = Function(
            behind, length=range(size + 1, LONGEST), quantities=tuple(frame.meanings()), missing=frame.sentinels()
        )
        layouts = (*frames, answers)
    return Decoder(
        id=f"mclimate-{name}",
        vendor="MClimate",
        model=model,
        source="https://docs.mclimate.eu/mclimate-lorawan-devices",
        layouts=layouts,
        identifiers={
            "ttn": tuple(f"mclimate/{n}" for n in (name, *ttn)),
            "chirpstack": (f"MClimate {model}", *chirpstack),
        },
    )
