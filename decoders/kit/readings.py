"""What comes out of a decoder, and how it says no."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

ErrorReason = Literal["length", "port", "header", "checksum", "value", "unsupported"]
"""The closed set: wrong length, unknown fPort, wrong magic or message type, wrong checksum, impossible content, or
well-formed but of a kind that is not understood."""

REASONS: tuple[ErrorReason, ...] = ("length", "port", "header", "checksum", "value", "unsupported")

SECOND_NS = 1_000_000_000


class Reading(NamedTuple):
    """One value as the device said it, in the device's own unit.

    Attributes:
        quantity: id of the vocabulary ("air_temperature").
        value: a finite number; None when the device itself reports the value as missing and that is worth keeping.
        unit: UCUM code; "" means the canonical unit of the quantity.
        channel: which of several alike ("probe", "1", "in"); "" when there is one.
        time_offset: seconds relative to the uplink (negative: before it).
        time: ns since 1970-01-01T00:00Z where the device has a clock of its own; it overrides `time_offset`.
    """

    quantity: str
    value: float | None
    unit: str = ""
    channel: str = ""
    time_offset: float = 0.0
    time: int | None = None


class Readings(NamedTuple):
    """What one payload says: its readings in payload order, and warnings on what was left out."""

    readings: tuple[Reading, ...]
    warnings: tuple[str, ...] = ()


class DecodeError(ValueError):
    """A payload cannot be decoded. `reason` is for machines, `detail` (never payload content) for people."""

    def __init__(self, reason: ErrorReason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason: ErrorReason = reason
        self.detail = detail


class EncodeError(ValueError):
    """Values cannot be expressed in this payload format."""


Values = Mapping[str, float] | Iterable[Reading]
"""What can be encoded: {"air_temperature": 21.3, "air_temperature@probe": -4.0}, or readings."""

Key = tuple[str, str]
"""(quantity, channel)."""

Sample = tuple[float, int | None]
"""(time_offset, time)."""


def grouped(values: Values) -> dict[Sample, list[tuple[Key, float]]]:
    """Values by the sample they belong to, each in the order given. Readings without a value are left out."""
    if isinstance(values, Mapping):
        return {(0.0, None): [((name.partition("@")[0], name.partition("@")[2]), v) for name, v in values.items()]}
    samples: dict[Sample, list[tuple[Key, float]]] = {}
    for quantity, value, _, channel, offset, time in values:
        if value is not None:
            samples.setdefault((0.0, time) if time is not None else (offset, None), []).append(
                ((quantity, channel), value)
            )
    return samples
