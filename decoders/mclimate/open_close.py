"""MClimate Open/Close Sensor: door or window, temperature.

Any fPort: `01 BB TTTT NNNNNN SS`

- B: 1.6 V + 8 mV; T: bit 10: no thermistor, lowest 10 bits 0.1 degC
- N: openings, uint24; S: state, 1 open

Source: see `_frames` (open-close.js); that 1 is open is not said there.
"""

from decoders.kit import NONZERO, Field, Frame, When, u8, u24
from decoders.mclimate._frames import KEEP_ALIVE, battery, mclimate

DECODER = mclimate(
    "Open/Close Sensor",
    "open-close",
    Frame(
        length=8,
        when=KEEP_ALIVE,
        fields=(
            battery(1),
            Field(
                quantity="air_temperature",
                unit="Cel",
                at=22,
                width=10,
                div=10,
                when=When(at=(2, 2), width=1, equals=0),
            ),
            u24(4, "event_count", "1"),
            u8(7, "contact", "1", table=NONZERO),
        ),
    ),
)
