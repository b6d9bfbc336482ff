"""Decentlab DL-TBRG: tipping bucket rain gauge, 0.1 mm.

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has four words:

    RRRR IIII LLLL HHHH

    - R: rain in the interval, 0.1 mm
    - I: interval, s
    - L, H: low and high word of all rain, 0.1 mm

Source: https://github.com/decentlab/decentlab-decoders (DL-TBRG), facts only.
"""

from decoders.decentlab._protocol import Sensor, decentlab, double, word

DECODER = decentlab(
    "DL-TBRG",
    Sensor(
        4,
        (
            word(0, "precipitation", "mm", div=10),
            word(1, "duration", "s", channel="interval"),
            double(2, "precipitation_total", "mm", div=10),
        ),
    ),
    ttn=("dl-tbrg", "dl-tbrg-01"),
)
