"""Decentlab DL-RHC: precise air temperature and humidity in a radiation shield (Rotronic).

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has four words:

    LLLL HHHH RRRR TTTT

    - L, H: serial number of the sensor
    - R: relative humidity, 0.01 %
    - T: air, 0.01 degC, counted from 32768

Source: https://github.com/decentlab/decentlab-decoders (DL-RHC), facts only.
"""

from decoders.decentlab._protocol import Sensor, centred, decentlab, word

DECODER = decentlab(
    "DL-RHC",
    Sensor(
        4,
        (
            word(2, "relative_humidity", "%", div=100),
            centred(3, "air_temperature", "Cel", div=100),
        ),
    ),
    ttn=("dl-rhc",),
)
