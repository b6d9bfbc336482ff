"""Dingtek DC520: people counter for both directions.

fPort 3, see `_frames`:

    5-6 people inside (int16)    7-8 in so far    9-10 out so far    13-14 battery, V    15 fault

Bytes 11 and 12 have alarms whose places the public example does not tell; they are not read.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/dingtek/dc520-codec.yaml), facts only.
"""

from decoders.dingtek._frames import data, dingtek, settings
from decoders.kit import i16, u8, u16

DECODER = dingtek(
    "DC520",
    data(
        19,
        i16(5, "people_present", "1"),
        u16(7, "people_total", "1", channel="in"),
        u16(9, "people_total", "1", channel="out"),
        u16(13, "battery_voltage", "V"),
        u8(15, "fault_code", "1"),
    ),
    settings(18),
)
