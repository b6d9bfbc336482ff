"""Dingtek DT311: air temperature and humidity.

fPort 3, see `_frames`:

    5-6 battery, 0.01 V      8 1: below zero                   11-12 humidity, 0.01 % in decimal digits
    7 battery low (bit 0)    9-10 temperature, 0.01 degC in    13 too warm, too cold, 14 too humid, too dry (halves)
                             decimal digits

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/dingtek/dt311-codec.yaml), facts only.
"""

from decoders.dingtek._frames import battery, data, dingtek, settings
from decoders.kit import Field, bits


def signed_decimals(raw: int) -> float | None:
    """Hundredths in decimal digits behind a byte that is not 0 below zero; None when they are no digits."""
    digits = f"{raw & 0xFFFF:04x}"
    if not digits.isdecimal():
        return None
    return -int(digits) / 100 if raw >> 16 else int(digits) / 100


def to_digits(value: float) -> float:
    """The way back of `signed_decimals`."""
    return int(f"{round(abs(value) * 100):04d}", 16) + (0x10000 if value < 0 else 0)


DECODER = dingtek(
    "DT311",
    data(
        18,
        Field(quantity="air_temperature", unit="Cel", at=64, width=24, convert=signed_decimals, invert=to_digits),
        Field(quantity="relative_humidity", unit="%", at=88, width=16, form="bcd", div=100),
        bits(13, 4, 4, "alarm", "1", channel="warm"),
        bits(13, 0, 0, "alarm", "1", channel="cold"),
        bits(14, 4, 4, "alarm", "1", channel="humid"),
        bits(14, 0, 0, "alarm", "1", channel="dry"),
        bits(7, 0, 0, "battery_low", "1"),
        battery(5),
    ),
    settings(18),
)
