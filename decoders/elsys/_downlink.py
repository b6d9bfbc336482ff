"""Elsys: 3E, length, then settings of type and value; fPort 6.

    3E 05 14 SSSSSSSS   14: time base, s (uint32, big-endian)

Each sensor's period and the sending period are multiples of the time base (1 unless set otherwise).

Source: payloads of the maker's downlink generator (https://www.elsys.se/en/downlink-generator/), facts only.
"""

from __future__ import annotations

from decoders.kit.downlink import Interval

_HEAD = b"\x3e\x05\x14"


def _read(payload: bytes) -> int | None:
    return int.from_bytes(payload[3:], "big") if len(payload) == 7 and payload[:3] == _HEAD else None


INTERVAL = Interval(
    port=6,
    least=60,
    most=7 * 86_400,
    write=lambda seconds: _HEAD + seconds.to_bytes(4, "big"),
    read=_read,
    source="https://www.elsys.se/en/downlink-generator/",
    note="the time base: periods of single sensors, where they were set, are multiples of it",
)


def interval(_decoder_id: str) -> Interval:
    """All models."""
    return INTERVAL
