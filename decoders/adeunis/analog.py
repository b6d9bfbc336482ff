"""Adeunis ANALOG: two inputs for 0 to 10 V or 4 to 20 mA, two generations.

    42 SS (NK VVVVVV) (NK VVVVVV)     data: K is 1 for uV, 2 for 10 nA, 0 for unused; status bits 3 and 4 are alarms
    30 SS ..                          sign of life, like data
    71 SS MM (VVVV [VVVV])..          periodic, mV or uA: M has bit 0 input A, bit 1 it is a current, bits 2 and 3 for B
    72 SS MM (AA VVVV)..              alarm: 1 too high, 2 too low, 3 event
    38 SS ..                          sign of life, like periodic

Source: https://github.com/TheThingsNetwork/lorawan-devices (adeunis/analog_lib.js, analog_v2_lib.js), facts only.
"""

from collections.abc import Iterator

from decoders.adeunis._frames import BATTERY, STATUS, adeunis, frame, periodic, silent
from decoders.kit import AnyField, Field, Frame, Layout, When, flag, rounded, u8, u16, u24

ALARM = {0: 0, 1: 1, 2: 1, 3: 1}
KINDS = {0: ("voltage", "mV"), 1: ("current", "uA")}


def old(byte: int, channel: str) -> tuple[Field, ...]:
    """An input of frame 42; the maker gives mV and uA."""
    volt, current = (When(at=(byte, 0), width=4, equals=kind) for kind in (1, 2))
    return (
        u24(byte + 1, "voltage", "V", channel=channel, when=volt, **rounded(3, div=1_000_000)),
        u24(byte + 1, "current", "mA", channel=channel, when=current, **rounded(3, div=100_000)),
    )


def masks() -> Iterator[tuple[When, tuple[tuple[str, str, str], ...]]]:
    """What byte 2 of the new frames may say, and the inputs that follow then."""
    for mask in range(16):
        used = tuple((channel, *KINDS[mask >> (2 * n + 1) & 1]) for n, channel in enumerate("ab") if mask >> 2 * n & 1)
        if used:
            yield When(at=(2, 0), width=4, equals=mask), used


def new(period: int) -> Iterator[Frame]:
    """Frames 71, 38 and 72 for each mask."""
    for mask, used in masks():
        values = tuple(u16(2 * n, quantity, unit, channel=name) for n, (name, quantity, unit) in enumerate(used))
        yield from periodic((0x71, 0x38), 2 * len(used), values, *STATUS, period=period, start=3, when=(mask,))
        alarms: list[AnyField] = []
        for n, (name, quantity, unit) in enumerate(used):
            alarms += [
                u8(3 + 3 * n, "alarm", "1", table=ALARM, channel=name),
                u16(4 + 3 * n, quantity, unit, channel=name),
            ]
        yield frame(0x72, 3 + 3 * len(used), *STATUS, *alarms, when=(mask,))


def layouts(period: int) -> tuple[Layout, ...]:
    """The frames, samples `period` s apart."""
    alarms = (flag(1, 3, "alarm", channel="a"), flag(1, 4, "alarm", channel="b"))
    return (
        frame((0x42, 0x30), 10, BATTERY, *alarms, *old(2, "a"), *old(6, "b")),
        *new(period),
        *silent(BATTERY),
    )


DECODERS = adeunis("ANALOG", "analog", layouts, ("analog", "analog2"))
