"""Adeunis DELTA P: differential pressure, an input for 0 to 10 V, two contacts.

    53 SS PPPP..     periodic, Pa
    54 SS AA PPPP    alarm
    55 SS UUUU..     periodic, mV
    56 SS AA UUUU    alarm
    51/52 SS ..      contacts
    30 SS            sign of life

Source: https://github.com/TheThingsNetwork/lorawan-devices (adeunis/deltap_lib.js), facts only.
"""

from decoders.adeunis._frames import STATUS, adeunis, contacts, frame, periodic, silent
from decoders.kit import NONZERO, Layout, i16, u8


def layouts(period: int) -> tuple[Layout, ...]:
    """The frames, samples `period` s apart."""
    pressure, voltage = ("differential_pressure", "Pa"), ("voltage", "mV")
    alarms = (u8(2, "alarm", "1", table=NONZERO, channel=name) for name in ("pressure", "voltage"))
    return (
        *periodic(0x53, 2, (i16(0, *pressure),), *STATUS, period=period),
        *periodic(0x55, 2, (i16(0, *voltage),), *STATUS, period=period),
        frame(0x54, 5, *STATUS, next(alarms), i16(3, *pressure)),
        frame(0x56, 5, *STATUS, next(alarms), i16(3, *voltage)),
        *contacts(*STATUS),
        *silent(*STATUS, codes=(0x30,)),
    )


DECODERS = adeunis("DELTA P", "delta-p", layouts, ("deltap",))
