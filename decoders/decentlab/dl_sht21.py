"""Decentlab DL-SHT21: air temperature and humidity in a radiation shield (Sensirion SHT21).

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has two words:

    TTTT HHHH

    - T: degC = 175.72 * T / 65536 - 46.85
    - H: % = 125 * H / 65536 - 6

Source: https://github.com/decentlab/decentlab-decoders (DL-SHT21), facts only.
"""

from decoders.decentlab._protocol import Sensor, decentlab, word

DECODER = decentlab(
    "DL-SHT21",
    Sensor(
        2,
        (
            word(0, "air_temperature", "Cel", mul=175.72, div=65536, offset=-46.85),
            word(1, "relative_humidity", "%", mul=125, div=65536, offset=-6),
        ),
    ),
    ttn=(),
)
