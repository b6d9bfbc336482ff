"""Digital Matter Oyster: satellite tracker.

    fPort 1: llllllll oooooooo FF VV BB    1e-7 deg; F: bits 0 in a trip, 1 no fix, 7..2 heading, 5.625 deg; V: km/h; B:
                                           25 mV, two decimals as the maker does
    fPort 4: llllll oooooo VH BB FF        256e-7 deg; bits 2..0 heading, 45 deg, 7..3 speed, 5 km/h; F: as above, 2 man
                                           down
    fPort 3: statistics (battery at the start, trips, messages, fixes, weeks)
    fPort 2: answer to a command

Without a fix the position is the last one known: it is left out.

Source: see `_common` (oyster.js).
"""

from decoders.digital_matter._common import WEEK, digital_matter
from decoders.kit import AnyField, Field, Frame, When, flag, i24, i32, rounded, u8


def _fixed(byte: int) -> When:
    return When(at=(byte, 1), width=1, equals=0)


def _state(byte: int) -> tuple[AnyField, ...]:
    return flag(byte, 0, "moving"), flag(byte, 1, "fault", channel="fix")


def _battery(byte: int) -> AnyField:
    return u8(byte, "battery_voltage", "V", **rounded(2, div=40))


def _count(at: int, width: int, channel: str) -> Field:
    return Field(quantity="event_count", unit="1", at=at, width=width, mul=32, channel=channel)


def _time(at: int, width: int, channel: str) -> Field:
    return Field(quantity="duration", unit="s", at=at, width=width, channel=channel)


DECODER = digital_matter(
    "Oyster",
    "oyster",
    Frame(
        ports=1,
        length=11,
        byteorder="little",
        fields=(
            i32(0, "latitude", "deg", div=10_000_000, when=_fixed(8)),
            i32(4, "longitude", "deg", div=10_000_000, when=_fixed(8)),
            Field(quantity="heading", unit="deg", at=(8, 2), width=6, mul=45, div=8, when=_fixed(8)),
            u8(9, "speed", "km/h", when=_fixed(8)),
            *_state(8),
            _battery(10),
        ),
    ),
    Frame(
        ports=4,
        length=9,
        byteorder="little",
        fields=(
            i24(0, "latitude", "deg", mul=256, div=10_000_000, when=_fixed(8)),
            i24(3, "longitude", "deg", mul=256, div=10_000_000, when=_fixed(8)),
            Field(quantity="heading", unit="deg", at=(6, 0), width=3, mul=45, when=_fixed(8)),
            Field(quantity="speed", unit="km/h", at=(6, 3), width=5, mul=5, when=_fixed(8)),
            *_state(8),
            flag(8, 2, "alarm", channel="man-down"),
            _battery(7),
        ),
    ),
    Frame(
        ports=3,
        length=11,
        byteorder="little",
        fields=(
            Field(
                quantity="battery_voltage",
                unit="V",
                at=0,
                width=4,
                add=40,
                div=10,
                channel="initial",
            ),
            _count(4, 11, "messages"),
            _count(15, 13, "trips"),
            _count(28, 10, "fixes"),
            _count(38, 8, "failed-fixes"),
            _time(46, 9, "fix"),
            _time(55, 9, "failed-fix"),
            _time(64, 8, "fresh-fix"),
            Field(quantity="analog_value", unit="1", at=72, width=7, channel="wakeups-per-trip"),
            Field(quantity="uptime", unit="s", at=79, width=9, mul=WEEK),
        ),
    ),
    Frame(ports=2, length=3, note="answer to a command"),
    ttn=("oyster-lorawan", "oyster3"),
    chirpstack=("Oyster LoRaWAN", "Oyster3"),
)
