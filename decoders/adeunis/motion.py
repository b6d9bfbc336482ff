"""Adeunis MOTION: presence and light, two contacts.

    5C SS PP (OO LL)..          periodic: presence now, % of the time with presence, light in %
    5D SS AA LL                 alarm on presence
    4E SS NNNN (CCCC LL)..      periodic of older devices: counter, detections of the period, light in %
    4F SS NNNN CCCC             alarm on presence of older devices
    50 SS AA LL                 alarm on light
    51/52 SS ..                 contacts
    30 SS                       sign of life

Source: https://github.com/TheThingsNetwork/lorawan-devices (adeunis/motion_lib.js), facts only.
"""

from decoders.adeunis._frames import STATUS, adeunis, contacts, frame, periodic, silent
from decoders.kit import NONZERO, Layout, u8, u16


def layouts(period: int) -> tuple[Layout, ...]:
    """The frames, samples `period` s apart."""
    present = u8(2, "motion", "1", table=NONZERO)
    total = u16(2, "event_count", "1", channel="motion")
    alarm = u8(2, "alarm", "1", table=NONZERO)
    light = u8(3, "light_level", "1")
    shares = (u8(0, "occupancy", "1", div=100), u8(1, "light_level", "1"))
    counts = (u16(0, "motion_count", "1"), u8(2, "light_level", "1"))
    return (
        *periodic(0x5C, 2, shares, *STATUS, present, period=period, start=3),
        *periodic(0x4E, 3, counts, *STATUS, total, period=period, start=4),
        frame(0x5D, 4, *STATUS, present, light),
        frame(0x4F, 6, *STATUS, total, u16(4, "motion_count", "1")),
        frame(0x50, 4, *STATUS, alarm, light),
        *contacts(*STATUS),
        *silent(*STATUS, codes=(0x30,)),
    )


DECODERS = adeunis("MOTION", "motion", layouts, ("motion",))
