"""M-Bus telegrams: the header in front of the records.

    72 IIIIIIII MMMM VV TT AA SS CCCC records    long header: number, maker, version, device type, counter, status,
                                                 configuration
    7A AA SS CCCC records                        short header
    78 records                                   none
    LL 44 MMMM IIIIIIII VV TT 72/7A/78 ..        wireless M-Bus frame without checksums

Configuration: bits 12..8 are the kind of encryption, 0 is none. Status: bits 2 battery low, 3 permanent, 4 temporary
error.

Source: EN 13757-3 and -7, OMS specification volume 2, facts only.
"""

from __future__ import annotations

from collections.abc import Mapping

from decoders.kit import DecodeError, Reading, Readings
from decoders.oms._records import Own, read
from decoders.oms._tables import MEDIA, QUANTITIES, WATER, Medium

LONG, SHORT, NONE = 0x72, 0x7A, 0x78
SEND_NO_REPLY = 0x44
LINK_HEADER = 10
STATES = ((2, "battery_low", ""), (3, "fault", "permanent"), (4, "fault", "temporary"))
MEANINGS = (
    *((quantity, unit, channel) for quantity, unit in QUANTITIES for channel in ("", "{n}")),
    *((quantity, "1", channel) for _, quantity, channel in STATES),
)


def telegram(payload: bytes, medium: Medium | None = None, own: Mapping[int, Own] | None = None) -> Readings:
    """Read a telegram, with or without the frame of wireless M-Bus around it.

    Args:
        payload: the telegram.
        medium: what is metered; None takes it from a header (water when there is none).
        own: see `_records.read`.
    """
    kind: int | None = None
    at = 0
    if len(payload) > LINK_HEADER + 1 and payload[0] == len(payload) - 1 and payload[1] == SEND_NO_REPLY:
        kind, at = payload[9], LINK_HEADER
    control = payload[at]
    status, configuration = 0, 0
    if control == LONG:
        kind = payload[at + 8]
        status, configuration = payload[at + 10], int.from_bytes(payload[at + 11 : at + 13], "little")
        start = at + 13
    elif control == SHORT:
        status, configuration = payload[at + 2], int.from_bytes(payload[at + 3 : at + 5], "little")
        start = at + 5
    elif control == NONE:
        start = at + 1
    else:
        raise DecodeError("header", f"control information {control:#04x}")
    if len(payload) < start:
        raise DecodeError("length", "the header is cut short")
    if mode := configuration >> 8 & 0x1F:
        raise DecodeError("unsupported", f"encrypted, mode {mode}")
    found = read(payload[start:], medium or MEDIA.get(kind or 0, WATER), own)
    if control == NONE:
        return found
    states = tuple(Reading(quantity, float(status >> bit & 1), "1", channel) for bit, quantity, channel in STATES)
    return Readings((*found.readings, *states), found.warnings)
