"""Decentlab DL-ALB: albedometer.

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has two words:

    IIII RRRR

    - I: incoming radiation, 0.1 W/m2, counted from 32768
    - R: reflected radiation, likewise

Without light there is no albedo (the published decoder says 0).

Source: https://github.com/decentlab/decentlab-decoders (DL-ALB), facts only.
"""

from decoders.decentlab._protocol import Sensor, centred, decentlab
from decoders.kit import Computed, u16

DECODER = decentlab(
    "DL-ALB",
    Sensor(
        2,
        (
            centred(0, "solar_irradiance", "W/m2", div=10),
            centred(1, "solar_irradiance", "W/m2", div=10, channel="reflected"),
            Computed(
                quantity="albedo",
                inputs=(u16(0, "", add=-32768), u16(2, "", add=-32768)),
                function=lambda incoming, reflected: reflected / incoming if min(incoming, reflected) > 0 else None,
            ),
        ),
    ),
    ttn=("dl-alb",),
)
