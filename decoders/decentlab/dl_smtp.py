"""Decentlab DL-SMTP: soil moisture and temperature at up to eight depths.

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has 16 words; channels count from 0 at the top:

    MMMM TTTT for each depth

    - M: moisture on the probe's scale from 0 (air) to 100 (water), 0.002 - 5; 0: no such depth
    - T: temperature, 0.01 degC, counted from 32768; 0: no such depth

Source: https://github.com/decentlab/decentlab-decoders (DL-SMTP), facts only.
"""

from decoders.decentlab._protocol import Sensor, centred, decentlab, word

DECODER = decentlab(
    "DL-SMTP",
    Sensor(
        16,
        tuple(
            field
            for n in range(8)
            for field in (
                word(2 * n, "soil_moisture", "%", add=-2500, div=500, missing=0, channel=str(n)),
                centred(2 * n + 1, "soil_temperature", "Cel", div=100, missing=0, channel=str(n)),
            )
        ),
    ),
    ttn=("dl-smtp",),
)
