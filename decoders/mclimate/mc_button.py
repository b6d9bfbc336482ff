"""MClimate Multipurpose Button: presses, temperature.

Any fPort: `01 BB TTTT EE`

- B: 1.6 V + 8 mV, one decimal as the maker does; T: bit 10: no thermistor, lowest 10 bits 0.1 degC
- E: 1 pressed once, 2 twice, 3 three times

Before it, `B1`, `B2`, `B3` and a uint24 each: how often it was pressed once, twice, three times.

Source: see `_frames` (mc-button.js).
"""

from __future__ import annotations

from decoders.kit import Decoder, Field, Frame, Function, Reading, Readings, When, u8
from decoders.mclimate._frames import KEEP_ALIVE, battery, mclimate

FRAME = Frame(
    length=5,
    when=KEEP_ALIVE,
    fields=(
        battery(1, digits=1),
        Field(
            quantity="internal_temperature",
            unit="Cel",
            at=22,
            width=10,
            div=10,
            when=When(at=(2, 2), width=1, equals=0),
        ),
        u8(4, "button", "1", convert=lambda raw: float(raw > 0)),
        u8(4, "device_state", "1", channel="presses"),
    ),
)
COUNTERS = {0xB1: "single", 0xB2: "double", 0xB3: "triple"}
COUNTER_SIZE = 4


def _counted(payload: bytes) -> bool:
    """Whether only counters come before the keep-alive message."""
    head = payload[:-5]
    return len(head) % COUNTER_SIZE == 0 and all(head[at] in COUNTERS for at in range(0, len(head), COUNTER_SIZE))


def _counters(payload: bytes, port: int) -> Readings:
    found = [
        Reading(
            "event_count", float(int.from_bytes(payload[at + 1 : at + COUNTER_SIZE], "big")), "1", COUNTERS[payload[at]]
        )
        for at in range(0, len(payload) - 5, COUNTER_SIZE)
    ]
    last = payload[-5:]
    if FRAME.matches(last):
        found += FRAME.decode(last, port).readings
    return Readings(tuple(found))


def _decoder() -> Decoder:
    known = mclimate("Multipurpose Button", "mc-button", FRAME)
    counted = Function(
        _counters,
        length=range(9, 18, COUNTER_SIZE),
        when=_counted,
        quantities=(*(("event_count", "1", name) for name in COUNTERS.values()), *FRAME.meanings()),
    )
    return Decoder(
        id=known.id,
        vendor=known.vendor,
        model=known.model,
        source=known.source,
        layouts=(FRAME, counted, *known.layouts[1:]),
        identifiers=known.identifiers,
    )


DECODER = _decoder()
