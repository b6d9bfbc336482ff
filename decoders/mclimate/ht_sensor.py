"""MClimate HT Sensor: air temperature, humidity, external temperature.

Any fPort: `01 TTTT HH B. EE EE` (5 to 7 bytes), see `_frames`; B: upper half 2 V + 0.1 V; E: bit 2 of the first byte:
no external sensor, lowest 10 bits 0.1 degC.

Source: see `_frames`.
"""

from decoders.kit import Field, Frame, When, bits
from decoders.mclimate._frames import KEEP_ALIVE, humidity, mclimate, temperature

DECODER = mclimate(
    "HT Sensor",
    "ht-sensor",
    Frame(
        length=(5, 6, 7),
        when=KEEP_ALIVE,
        fields=(
            temperature(1),
            humidity(3),
            bits(4, 7, 4, "battery_voltage", "V", add=20, div=10),
            Field(
                quantity="air_temperature",
                unit="Cel",
                at=46,
                width=10,
                div=10,
                channel="external",
                when=When(at=(5, 2), width=1, equals=0),
            ),
        ),
    ),
)
