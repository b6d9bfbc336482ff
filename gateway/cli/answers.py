"""Readings as JSON for people and programs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from decoders.kit import DecodeError, Reading
from gateway.quantities import QUANTITIES

if TYPE_CHECKING:
    from decoders.kit import Decoder


def rows(readings: Iterable[Reading]) -> list[dict[str, Any]]:
    """{quantity, channel, value, unit, time_offset} of each reading, and "time" where the device has a clock."""
    out = []
    for quantity, value, unit, channel, offset, time in readings:
        canonical = QUANTITIES[quantity].unit if quantity in QUANTITIES else ""
        row: dict[str, Any] = {
            "quantity": quantity,
            "channel": channel,
            "value": value,
            "unit": unit or canonical,
            "time_offset": offset,
        }
        if time is not None:
            row["time"] = datetime.fromtimestamp(time / 1e9, UTC).isoformat().replace("+00:00", "Z")
        out.append(row)
    return out


def answer(decoder: Decoder, payload: bytes, port: int) -> dict[str, Any]:
    """What a decoder says of a payload: readings, warnings, and error (a reason of the closed set) with its detail."""
    try:
        result = decoder.decode(payload, port)
    except DecodeError as error:
        return {"readings": [], "warnings": [], "error": error.reason, "detail": error.detail}
    return {"readings": rows(result.readings), "warnings": list(result.warnings), "error": None, "detail": ""}
