"""Milesight: FF 03, then the reporting interval in s (uint16, little-endian), fPort 85.

Some families count in minutes under another type (FF 8E); they are not among those here.

Source: the maker's encoders (https://github.com/Milesight-IoT/SensorDecoders), facts only.
"""

from __future__ import annotations

from decoders.kit.downlink import Interval

_IN_SECONDS = (
    "em300-", "em310-", "em320-", "em400-mud", "em500-", "am102", "am103", "am104", "am107", "am307", "am308", "am319",
)  # fmt: skip


def _read(payload: bytes) -> int | None:
    if len(payload) != 4 or payload[:2] != b"\xff\x03":
        return None
    return int.from_bytes(payload[2:], "little")


INTERVAL = Interval(
    port=85,
    least=60,
    most=64_800,
    write=lambda seconds: b"\xff\x03" + seconds.to_bytes(2, "little"),
    read=_read,
    source="https://github.com/Milesight-IoT/SensorDecoders",
)


def interval(decoder_id: str) -> Interval | None:
    """Models whose encoder writes FF 03."""
    return INTERVAL if decoder_id.removeprefix("milesight-").startswith(_IN_SECONDS) else None
