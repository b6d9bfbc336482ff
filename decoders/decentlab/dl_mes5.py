"""Decentlab DL-MES5: turbidity of sludge (Aqualabo MES5).

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has five words:

    SSSS TTTT BBBB MMMM FFFF

    - S: status of the probe
    - T: temperature, 0.01 degC, counted from 32768
    - B: sludge blanket, 0.01 %
    - M: suspended solids, 0.01 g/L
    - F: turbidity, 0.1 FAU

FAU are taken as NTU: both refer to formazine.

Source: https://github.com/decentlab/decentlab-decoders (DL-MES5), facts only.
"""

from decoders.decentlab._protocol import Sensor, centred, decentlab, word

DECODER = decentlab(
    "DL-MES5",
    Sensor(
        5,
        (
            word(0, "device_state", "1"),
            centred(1, "water_temperature", "Cel", div=100),
            word(2, "sludge_blanket", "%", div=100),
            word(3, "suspended_solids", "g/L", div=100),
            word(4, "turbidity", "NTU", div=10),
        ),
    ),
    ttn=("dl-mes5",),
)
