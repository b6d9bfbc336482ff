"""Digital Matter Yabby Edge: tracker whose positions are worked out in the cloud.

    fPort 1: ........ .. .... BB ......    hello; B (byte 7): 2 V + 7 mV
    fPort 3: statistics: battery at the start and highest (2 V + 7 mV), wake-ups for a trip, trips (14 bit, 32), weeks
             (10 bit), charge (10 bit, 2 mAh), what it went to (5 times 6 bit)
    fPort 5: SS SS ...                     scan: bits 5 in a trip, 6 inactive; access points and raw satellite data
    others:  answers and parts of the protocol

Source: see `_common` (yabby-edge.js).
"""

from decoders.digital_matter._common import WEEK, digital_matter
from decoders.kit import Field, Frame, flag, rounded, u8

DECODER = digital_matter(
    "Yabby Edge",
    "yabby-edge",
    Frame(
        ports=1,
        length=range(8, 16),
        byteorder="little",
        fields=(u8(7, "battery_voltage", "V", **rounded(2, mul=7, add=2000, div=1000), channel="initial"),),
    ),
    Frame(
        ports=3,
        length=range(11, 16),
        byteorder="little",
        fields=(
            u8(0, "battery_voltage", "V", mul=7, div=1000, offset=2, channel="initial"),
            u8(1, "battery_voltage", "V", mul=7, div=1000, offset=2, channel="max"),
            u8(2, "analog_value", "1", channel="wakeups-per-trip"),
            Field(quantity="event_count", unit="1", at=24, width=14, mul=32, channel="trips"),
            Field(quantity="uptime", unit="s", at=38, width=10, mul=WEEK),
            Field(quantity="charge", unit="A.h", at=48, width=10, mul=2, div=1000),
        ),
    ),
    Frame(
        ports=5,
        length=range(2, 243),
        byteorder="little",
        fields=(flag(0, 5, "moving"), flag(0, 6, "device_state", channel="inactive")),
        note="access points and satellite data are not turned into a position",
    ),
    Frame(ports=(2, 89, 90, 91, 92, 202, *range(101, 117)), length=range(1, 243), note="part of the protocol"),
)
