"""Decentlab DL-CWS: winter road station: surface and air.

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has six words, counted from 32768:

    SSSS TTTT HHHH DDDD AAAA IIII

    - S: road surface, 0.01 degC
    - T: air, 0.01 degC
    - H: relative humidity, 0.01 %
    - D: dew point, 0.01 degC
    - A: angle of the sensor, deg
    - I: sensor itself, 0.01 degC

Source: https://github.com/decentlab/decentlab-decoders (DL-CWS), facts only.
"""

from decoders.decentlab._protocol import Sensor, centred, decentlab

ROAD = Sensor(
    6,
    (
        centred(0, "surface_temperature", "Cel", div=100),
        centred(1, "air_temperature", "Cel", div=100),
        centred(2, "relative_humidity", "%", div=100),
        centred(3, "dew_point", "Cel", div=100),
        centred(4, "tilt", "deg"),
        centred(5, "internal_temperature", "Cel", div=100),
    ),
)

DECODER = decentlab("DL-CWS", ROAD, ttn=("dl-cws",))
