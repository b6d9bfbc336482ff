"""Decoding, clocks and quality tests: `[pipeline]`."""

from __future__ import annotations

from pydantic import Field

from gateway.config.section import Section


class RangeTest(Section):
    """Gross range: outside `fail` is FAIL, outside `suspect` is SUSPECT; canonical unit."""

    fail: tuple[float, float] | None = None
    suspect: tuple[float, float] | None = None


class QualityTests(Section):
    """QARTOD tests of one quantity, canonical units; absent means the test is not made.

    Attributes:
        spike: SUSPECT when |v2 - (v1 + v3) / 2| exceeds it.
        rate: SUSPECT when the change per second exceeds it.
        flat_line: seconds; SUSPECT when the value stays within `flat_tolerance` for that long.
    """

    range: RangeTest = RangeTest()
    spike: float | None = Field(None, gt=0)
    rate: float | None = Field(None, gt=0)
    flat_line: float | None = Field(None, gt=0)
    flat_tolerance: float = Field(0, ge=0)


class PipelineSettings(Section):
    """Decoding, clocks and quality.

    Attributes:
        batch: journal entries processed at once.
        linger: seconds to gather more entries after a batch that was not full (few large writes cost less).
        max_future: seconds that a network's or a payload's time may be ahead of our clock.
        max_past: seconds that a network's time may be behind our clock.
        max_payload_past: seconds that a time in a payload (history samples) may be behind our clock.
        radio: store rssi, snr and spreading factor of every uplink as well.
        quality: tests by quantity id.
        device_quality: tests by device and quantity id; they replace those of `quality`.
    """

    batch: int = Field(2000, ge=1)
    linger: float = Field(0.1, ge=0, le=10)
    max_future: float = Field(300, ge=0)
    max_past: float = Field(7 * 86400, ge=0)
    max_payload_past: float = Field(366 * 86400, ge=0)
    radio: bool = False
    quality: dict[str, QualityTests] = {}
    device_quality: dict[str, dict[str, QualityTests]] = {}
