"""Decentlab DL-WRM: winter road station: surface by infrared, and air.

Protocol 2 (see `_protocol`), any fPort. Two sensors:

    TTTT HHHH    air: degC = 175 * T / 65535 - 45, % = 100 * H / 65535
    SSSS HHHH    surface and head of the sensor, 0.1 degC + 100

Source: https://github.com/decentlab/decentlab-decoders (DL-WRM), facts only.
"""

from decoders.decentlab._protocol import Sensor, decentlab, word

DECODER = decentlab(
    "DL-WRM",
    Sensor(
        2,
        (
            word(0, "air_temperature", "Cel", mul=175, div=65535, offset=-45),
            word(1, "relative_humidity", "%", mul=100, div=65535),
        ),
    ),
    Sensor(
        2,
        (
            word(0, "surface_temperature", "Cel", add=-1000, div=10),
            word(1, "internal_temperature", "Cel", add=-1000, div=10, channel="head"),
        ),
    ),
    ttn=("dl-wrm",),
)
