"""Dragino CPL01: pulse or contact counter.

fPort 2, 11 bytes, big-endian; fPort 3 the same repeated (datalog):

    FF PPPPPP DDDDDD ssssssss

- F: bit 0 contact open, bit 1 alarm, bits 7..2 a number the operator chose
- P: pulses; D: how long the contact was open, min; s: time, s since 1970

fPort 4: settings; fPort 5: device information.

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from decoders.dragino._frames import INFORMATION, SETTINGS, dragino, log
from decoders.kit import Frame, flag, u24, u32

FIELDS = (
    flag(0, 0, "contact"),
    flag(0, 1, "alarm"),
    u24(1, "pulse_count", "1"),
    u24(4, "duration", "min", channel="open"),
)

DECODER = dragino(
    "CPL01",
    Frame(ports=2, length=11, fields=FIELDS, time=u32(7, "")),
    log(*FIELDS),
    SETTINGS,
    INFORMATION,
    ttn=("cpl01",),
)
