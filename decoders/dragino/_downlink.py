"""Dragino: 01, then the transmit interval in s (uint24, big-endian); any fPort, 2 by habit.

Source: Dragino's manuals, "Change uplink interval" (https://wiki.dragino.com).
"""

from __future__ import annotations

from decoders.kit.downlink import Interval


def _read(payload: bytes) -> int | None:
    return int.from_bytes(payload[1:], "big") if len(payload) == 4 and payload[0] == 1 else None


INTERVAL = Interval(
    port=2,
    least=60,
    most=(1 << 24) - 1,
    write=lambda seconds: b"\x01" + seconds.to_bytes(3, "big"),
    read=_read,
    source="https://wiki.dragino.com (downlink command, uplink interval)",
)


def interval(_decoder_id: str) -> Interval:
    """All models of the LSN50 family and its successors."""
    return INTERVAL
