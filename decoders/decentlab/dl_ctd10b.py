"""Decentlab DL-CTD10B: water level, temperature and conductivity (METER CTD-10, large range).

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has four words:

    DDDD TTTT CCCC FFFF

    - D: depth, mm, counted from 32768
    - T: temperature, 0.1 degC, counted from 32768
    - C: conductivity, 2 uS/cm
    - F: 1: the probe may be frozen

Source: https://github.com/decentlab/decentlab-decoders (DL-CTD10B), facts only.
"""

from decoders.decentlab._protocol import Sensor, centred, decentlab, word
from decoders.kit import NONZERO, u16

DECODER = decentlab(
    "DL-CTD10B",
    Sensor(
        4,
        (
            centred(0, "liquid_depth", "mm"),
            centred(1, "water_temperature", "Cel", div=10),
            word(2, "electrical_conductivity", "uS/cm", mul=2),
            u16(6, "freezing", "1", table=NONZERO),
        ),
    ),
    ttn=(),
)
