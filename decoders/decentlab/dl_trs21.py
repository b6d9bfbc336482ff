"""Decentlab DL-TRS21: soil water tension and temperature (METER TEROS 21).

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has two words:

    PPPP TTTT

    - P: tension, 0.1 kPa (the published decoder gives the potential: the same with a minus)
    - T: temperature, 0.1 degC, counted from 32768

Source: https://github.com/decentlab/decentlab-decoders (DL-TRS21), facts only.
"""

from decoders.decentlab._protocol import Sensor, centred, decentlab, word

DECODER = decentlab(
    "DL-TRS21",
    Sensor(
        2,
        (
            word(0, "soil_water_tension", "kPa", div=10),
            centred(1, "soil_temperature", "Cel", div=10),
        ),
    ),
    ttn=("dl-trs21",),
)
