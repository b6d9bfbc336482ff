"""Decentlab DL-NTU: turbidity of water (Aqualabo NTU).

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has five words:

    SSSS TTTT NNNN FFFF MMMM

    - S: status of the probe
    - T: temperature, 0.01 degC, counted from 32768
    - N: turbidity, 0.1 NTU
    - F: turbidity, 0.1 FNU
    - M: suspended solids, 0.1 mg/L

Source: https://github.com/decentlab/decentlab-decoders (DL-NTU), facts only.
"""

from decoders.decentlab._protocol import Sensor, centred, decentlab, word

DECODER = decentlab(
    "DL-NTU",
    Sensor(
        5,
        (
            word(0, "device_state", "1"),
            centred(1, "water_temperature", "Cel", div=100),
            word(2, "turbidity", "NTU", div=10),
            word(3, "turbidity", "FNU", div=10, channel="fnu"),
            word(4, "suspended_solids", "mg/L", div=10),
        ),
    ),
    ttn=("dl-ntu",),
)
