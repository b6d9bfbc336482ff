"""Dragino DS03A-LB: one or two door contacts.

fPort 2, 11 or 18 bytes, big-endian; fPort 3 the first 11 repeated (datalog):

    FF NNNNNN DDDDDD ssssssss  FF NNNNNN DDDDDD

- F: bit 0 open, bit 1 alarm; N: how often it was open; D: how long the last time, min; s: time, s since 1970
- behind it the second door

fPort 4: settings; fPort 5: device information.

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from decoders.dragino._frames import INFORMATION, SETTINGS, dragino, log
from decoders.kit import AnyField, Frame, flag, u24, u32


def _door(byte: int, number: int) -> tuple[AnyField, ...]:
    return (
        flag(byte, 0, "contact", channel=str(number)),
        flag(byte, 1, "alarm", channel=str(number)),
        u24(byte + 1, "event_count", "1", channel=f"open-{number}"),
        u24(byte + 4, "duration", "min", channel=f"open-{number}"),
    )


DECODER = dragino(
    "DS03A-LB",
    Frame(ports=2, length=11, fields=_door(0, 1), time=u32(7, "")),
    Frame(ports=2, length=18, fields=(*_door(0, 1), *_door(11, 2)), time=u32(7, "")),
    log(*_door(0, 1)),
    SETTINGS,
    INFORMATION,
    ttn=("ds03a-lb",),
    chirpstack=("DS03A-LS",),
)
