"""Digital Matter Guppy: tag for movement, temperature and orientation.

    fPort 1: BB TT [II AA]    B: bit 0 in a trip, 7..1 2 V + 14 mV; T: 0.5 degC - 40; I: bit 0 man down, 7..1
                              inclination, 1.5 deg; A: azimuth, 1.5 deg
    fPort 3: statistics: battery at the start (7 bit, as above), weeks (9 bit), messages, trips (uint16, 32), wake-ups
    fPort 2, 4: answer to a command, question for the time

Source: see `_common` (guppy.js).
"""

from decoders.digital_matter._common import WEEK, digital_matter
from decoders.kit import Field, Frame, bits, flag, u8, u16

DECODER = digital_matter(
    "Guppy",
    "guppy",
    Frame(
        ports=1,
        length=(2, 4),
        byteorder="little",
        fields=(
            flag(0, 0, "moving"),
            bits(0, 7, 1, "battery_voltage", "V", mul=14, div=1000, offset=2),
            u8(1, "internal_temperature", "Cel", div=2, offset=-40),
            flag(2, 0, "alarm", channel="man-down"),
            bits(2, 7, 1, "tilt", "deg", mul=3, div=2, channel="inclination"),
            u8(3, "tilt", "deg", mul=3, div=2, channel="azimuth"),
        ),
    ),
    Frame(
        ports=3,
        length=7,
        byteorder="little",
        fields=(
            Field(
                quantity="battery_voltage",
                unit="V",
                at=0,
                width=7,
                mul=14,
                div=1000,
                offset=2,
                channel="initial",
            ),
            Field(quantity="uptime", unit="s", at=7, width=9, mul=WEEK),
            u16(2, "event_count", "1", mul=32, channel="messages"),
            u16(4, "event_count", "1", mul=32, channel="trips"),
            u8(6, "analog_value", "1", channel="wakeups-per-trip"),
        ),
    ),
    Frame(ports=(2, 4), length=(3, 8), note="part of the protocol"),
    ttn=("guppy-tag",),
)
