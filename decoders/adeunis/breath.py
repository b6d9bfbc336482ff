"""Adeunis BREATH: particles and volatile organic compounds, two contacts.

    6D SS (VVVV PPPP PPPP PPPP)..      periodic, ug/m3: VOC, PM10, PM2.5, PM1
    6E SS AA VVVV PPPP PPPP PPPP       alarm, bits 0 to 3 in this order
    30 SS ..                           the day: minimum, maximum, mean and min of bad air of each, or the maxima alone
    51/52 SS ..                        contacts

Bit 4 of the status says that a sensor has failed.

Source: https://github.com/TheThingsNetwork/lorawan-devices (adeunis/breath_lib.js), facts only.
"""

from decoders.adeunis._frames import STATUS, adeunis, contacts, frame, periodic, silent
from decoders.kit import AnyField, Layout, flag, u16

NAMES = ("tvoc", "pm10", "pm2_5", "pm1")
BREATH = (*STATUS, flag(1, 4, "fault", channel="sensor"))


def four(start: int, channel: str = "") -> tuple[AnyField, ...]:
    """The four concentrations."""
    return tuple(u16(start + 2 * n, name, "ug/m3", channel=channel) for n, name in enumerate(NAMES))


def day() -> tuple[AnyField, ...]:
    """What frame 30 says of each; there is no duration for PM1."""
    fields: list[AnyField] = []
    for n, name in enumerate(NAMES):
        at = 2 + 8 * n
        fields += [u16(at + 2 * m, name, "ug/m3", channel=what) for m, what in enumerate(("min", "max", "mean"))]
        if n < 3:
            fields.append(u16(at + 6, "duration", "min", channel=f"bad_{name}"))
    return tuple(fields)


def layouts(period: int) -> tuple[Layout, ...]:
    """The frames, samples `period` s apart."""
    alarms = tuple(flag(2, n, "alarm", channel=name) for n, name in enumerate(NAMES))
    return (
        *periodic(0x6D, 8, four(0), *BREATH, period=period),
        frame(0x6E, 11, *BREATH, *alarms, *four(3)),
        frame(0x30, 32, *BREATH, *day()),
        frame(0x30, 10, *BREATH, *four(2, "max")),
        *contacts(*BREATH),
        *silent(*BREATH),
    )


DECODERS = adeunis("BREATH", "breath", layouts, ("breath",), clock=False)
