"""Adeunis COMFORT: temperature and humidity of a room, two contacts.

    4C SS (TTTT HH)..    periodic: 0.1 degC, %RH
    4D SS AA TTTT HH     alarm: bit 4 temperature, bit 0 humidity
    30 SS                sign of life
    51/52 SS ..          contacts

Source: https://github.com/TheThingsNetwork/lorawan-devices (adeunis/comfort_lib.js), facts only.
"""

from decoders.adeunis._frames import STATUS, adeunis, contacts, frame, periodic, silent
from decoders.kit import Layout, flag, i16, u8


def layouts(period: int) -> tuple[Layout, ...]:
    """The frames, samples `period` s apart."""
    sample = (i16(0, "air_temperature", "Cel", div=10), u8(2, "relative_humidity", "%"))
    return (
        *periodic(0x4C, 3, sample, *STATUS, period=period),
        frame(
            0x4D,
            6,
            *STATUS,
            flag(2, 4, "alarm", channel="temperature"),
            flag(2, 0, "alarm", channel="humidity"),
            i16(3, "air_temperature", "Cel", div=10),
            u8(5, "relative_humidity", "%"),
        ),
        *contacts(*STATUS),
        *silent(*STATUS, codes=(0x30,)),
    )


DECODERS = adeunis("COMFORT", "comfort", layouts, ("comfort",))
