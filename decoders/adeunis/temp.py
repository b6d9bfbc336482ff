"""Adeunis TEMP: one or two temperature probes.

    57 SS (TTTT [TTTT])..          periodic, 0.1 degC; the second probe when bit 4 of the status is set
    58 SS AA TTTT [AA TTTT]        alarm: 1 too high, 2 too low
    30 SS TTTT [TTTT]              sign of life

Source: https://github.com/TheThingsNetwork/lorawan-devices (adeunis/temp_lib.js), facts only.
"""

from decoders.adeunis._frames import STATUS, adeunis, frame, periodic, silent
from decoders.kit import Field, Layout, When, i16, u8

ONE = (When(at=(1, 4), width=1, equals=0),)
TWO = (When(at=(1, 4), width=1),)
ALARM = {0: 0, 1: 1, 2: 1}


def probe(byte: int, number: int) -> Field:
    """0.1 degC."""
    return i16(byte, "air_temperature", "Cel", div=10, channel=f"{number}")


def alarm(byte: int, number: int) -> Field:
    """Too high or too low."""
    return u8(byte, "alarm", "1", table=ALARM, channel=f"{number}")


def layouts(period: int) -> tuple[Layout, ...]:
    """The frames, samples `period` s apart."""
    return (
        *periodic(0x57, 2, (probe(0, 1),), *STATUS, period=period, when=ONE),
        *periodic(0x57, 4, (probe(0, 1), probe(2, 2)), *STATUS, period=period, when=TWO),
        frame(0x58, 5, *STATUS, alarm(2, 1), probe(3, 1), when=ONE),
        frame(0x58, 8, *STATUS, alarm(2, 1), probe(3, 1), alarm(5, 2), probe(6, 2), when=TWO),
        frame(0x30, 4, *STATUS, probe(2, 1), when=ONE),
        frame(0x30, 6, *STATUS, probe(2, 1), probe(4, 2), when=TWO),
        *silent(*STATUS),
    )


DECODERS = adeunis("TEMP", "temp", layouts, ("temp", "temp-4"))
