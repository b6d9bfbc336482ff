"""Decentlab DL-TP: temperature profile of 16 depths.

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has 16 words; channels count from 0 at the top:

    TTTT for each depth

    - T: 0.01 degC, counted from 32768; 0: no such depth

Source: https://github.com/decentlab/decentlab-decoders (DL-TP), facts only.
"""

from decoders.decentlab._protocol import Sensor, centred, decentlab

DECODER = decentlab(
    "DL-TP",
    Sensor(
        16,
        tuple(centred(n, "soil_temperature", "Cel", div=100, missing=0, channel=str(n)) for n in range(16)),
    ),
    ttn=("dl-tp",),
)
