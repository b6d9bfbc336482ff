"""Adeunis COMFORT CO2 and COMFORT SERENITY: temperature, humidity, carbon dioxide (and volatile organic compounds).

    6A SS (TTTT HH CCCC)..              periodic: 0.1 degC, %RH, ppm
    6F SS (TTTT HH CCCC VVVV)..         with the VOC index (SERENITY)
    6B SS AA TTTT HH CCCC               alarm: bit 5 CO2, bit 4 temperature, bit 0 humidity
    70 SS AA TTTT HH CCCC VVVV          alarm, bit 6 VOC
    30 SS II DD (TTTT CCCC HH)..        the day: icon, 10 min of bad air, maxima, minima, means
    38 SS II DD (TTTT CCCC HH VVVV)..   the day with the VOC index
    51/52 SS ..                         contacts

Source: https://github.com/TheThingsNetwork/lorawan-devices (adeunis/comfort_co2_lib.js, comfort_serenity_lib.js),
facts only.
"""

from collections.abc import Iterable

from decoders.adeunis._frames import STATUS, adeunis, contacts, frame, periodic, silent
from decoders.kit import AnyField, Frame, Layout, flag, i16, u8, u16

CLIMATE = (
    i16(0, "air_temperature", "Cel", div=10),
    u8(2, "relative_humidity", "%"),
    u16(3, "co2", "[ppm]"),
)
VOC = u16(5, "tvoc_index", "1")
ALARM = (
    flag(2, 5, "alarm", channel="co2"),
    flag(2, 4, "alarm", channel="temperature"),
    flag(2, 0, "alarm", channel="humidity"),
    i16(3, "air_temperature", "Cel", div=10),
    u8(5, "relative_humidity", "%"),
    u16(6, "co2", "[ppm]"),
)
ICON = (
    u8(2, "device_state", "1", channel="icon"),
    u8(3, "duration", "min", mul=10, channel="bad_air"),
)


def day(start: int, size: int, channels: Iterable[str]) -> list[AnyField]:
    """Values of the day, in groups of 5 or (with VOC) 7 bytes."""
    fields: list[AnyField] = []
    for number, channel in enumerate(channels):
        at = start + size * number
        fields += [
            i16(at, "air_temperature", "Cel", div=10, channel=channel),
            u16(at + 2, "co2", "[ppm]", channel=channel),
            u8(at + 4, "relative_humidity", "%", channel=channel),
        ]
        if size == 7:
            fields.append(u16(at + 5, "tvoc_index", "1", channel=channel))
    return fields


def daily() -> tuple[Frame, ...]:
    """Frame 30, long and short."""
    short = (*day(4, 5, ("max",)), i16(9, "air_temperature", "Cel", div=10, channel="min"))
    return (
        frame(0x30, 19, *STATUS, *ICON, *day(4, 5, ("max", "min", "mean"))),
        frame(0x30, 13, *STATUS, *ICON, *short),
        frame(0x30, 11, *STATUS, *ICON, *short),
    )


def layouts(period: int) -> tuple[Layout, ...]:
    """The frames of COMFORT CO2, samples `period` s apart."""
    return (
        *periodic(0x6A, 5, CLIMATE, *STATUS, period=period),
        frame(0x6B, 8, *STATUS, *ALARM),
        *daily(),
        *contacts(*STATUS),
        *silent(*STATUS),
    )


def serenity(period: int) -> tuple[Layout, ...]:
    """The frames of COMFORT SERENITY."""
    return (
        *periodic(0x6F, 7, (*CLIMATE, VOC), *STATUS, period=period),
        frame(0x70, 10, *STATUS, *ALARM, flag(2, 6, "alarm", channel="voc"), u16(8, "tvoc_index", "1")),
        frame(0x38, 25, *STATUS, *ICON, *day(4, 7, ("max", "min", "mean"))),
        frame(0x38, 11, *STATUS, *ICON, *day(4, 7, ("max",))),
        *layouts(period),
    )


DECODERS = (
    *adeunis("COMFORT CO2", "comfort-co2", layouts, ("comfort-co2",)),
    *adeunis("COMFORT SERENITY", "comfort-co2-serenity", serenity, ("comfort-serenity",)),
)
