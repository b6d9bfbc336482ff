"""Decentlab DL-SHT35: air temperature and humidity in a radiation shield (Sensirion SHT3x).

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has two words:

    TTTT HHHH

    - T: degC = 175 * T / 65535 - 45
    - H: % = 100 * H / 65535

Source: https://github.com/decentlab/decentlab-decoders (DL-SHT3x), facts only.
"""

from decoders.decentlab._protocol import Sensor, decentlab, word

DECODER = decentlab(
    "DL-SHT35",
    Sensor(
        2,
        (
            word(0, "air_temperature", "Cel", mul=175, div=65535, offset=-45),
            word(1, "relative_humidity", "%", mul=100, div=65535),
        ),
    ),
    ttn=("dl-sht35", "dl-sht3x"),
    chirpstack=("DL-SHT3x",),
)
