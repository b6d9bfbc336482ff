"""Dragino LDS03A: door contact with its own clock.

fPort 2, 11 bytes, big-endian; fPort 3 the same repeated (datalog):

    FF NNNNNN DDDDDD ssssssss

- F: bit 0 open, bit 1 alarm; N: how often it was open; D: how long the last time, min
- s: time of the event, s since 1970

fPort 4: settings; fPort 5: device information.

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from decoders.dragino._frames import INFORMATION, SETTINGS, dragino, log
from decoders.kit import Frame, flag, u24, u32

FIELDS = (
    flag(0, 0, "contact"),
    flag(0, 1, "alarm"),
    u24(1, "event_count", "1", channel="open"),
    u24(4, "duration", "min", channel="open"),
)

DECODER = dragino(
    "LDS03A",
    Frame(ports=2, length=11, fields=FIELDS, time=u32(7, "")),
    log(*FIELDS),
    SETTINGS,
    INFORMATION,
    ttn=("lds03a",),
)
