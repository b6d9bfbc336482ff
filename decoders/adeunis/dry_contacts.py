"""Adeunis DRY CONTACTS: four contacts.

    40 SS AAAA BBBB CCCC DDDD EE     counters; two bits for each contact: closed now, closed in the last frame
    30 SS AAAA BBBB CCCC DDDD EE     sign of life; one bit for each contact
    41 SS NN DDDD                    contact N is closed for longer than D min
    59 SS MM (TTTTTTTT)..            s that the contacts in mask M were closed

Source: https://github.com/TheThingsNetwork/lorawan-devices (adeunis/drycontacts_lib.js), facts only.
"""

from collections.abc import Iterator

from decoders.adeunis._frames import BATTERY, adeunis, frame, silent
from decoders.kit import AnyField, DecodeError, Function, Layout, Reading, flag, u8, u16

CONTACTS = "abcd"
COUNTERS = tuple(u16(2 + 2 * n, "pulse_count", "1", channel=name) for n, name in enumerate(CONTACTS))


def states() -> Iterator[AnyField]:
    """Two bits for each contact."""
    for n, name in enumerate(CONTACTS):
        yield flag(10, 2 * n, "digital_input", channel=name)
        yield flag(10, 2 * n + 1, "digital_input", channel=f"{name}_previous")


def times(payload: bytes, port: int) -> Iterator[Reading]:  # noqa: ARG001 - one signature for all functions
    """How long which contacts were closed."""
    named = [name for n, name in enumerate(CONTACTS) if payload[2] >> n & 1]
    if len(payload) != 3 + 4 * len(named):
        raise DecodeError("length", f"{len(named)} times announced, {len(payload) - 3} bytes of them")
    yield Reading("battery_low", float(payload[1] >> 1 & 1), "1")
    for n, name in enumerate(named):
        yield Reading("operating_time", float(int.from_bytes(payload[3 + 4 * n : 7 + 4 * n], "big")), "s", name)


def layouts(period: int) -> tuple[Layout, ...]:  # noqa: ARG001 - there are no samples of earlier times
    """The frames."""
    closed = tuple(flag(10, n, "digital_input", channel=name) for n, name in enumerate(CONTACTS))
    return (
        frame(0x40, 11, BATTERY, *COUNTERS, *states()),
        frame(0x30, 11, BATTERY, *COUNTERS, *closed),
        frame(0x41, 5, BATTERY, u8(2, "device_state", "1", channel="contact"), u16(3, "duration", "min")),
        Function(
            times,
            ports=1,
            length=range(3, 20),
            quantities=(("battery_low", "1", ""), *(("operating_time", "s", name) for name in CONTACTS)),
            when=lambda payload: payload[0] == 0x59,
        ),
        *silent(BATTERY),
    )


DECODERS = adeunis(
    "DRY CONTACTS", "dry-contacts", layouts, ("dry-contact", "drycontacts", "dry-contacts-2"), periods=False
)
