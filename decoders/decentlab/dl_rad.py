"""Decentlab DL-RAD: radar distance.

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has four words:

    DDDD TTTT RRRR SSSS

    - D: distance, mm
    - T: temperature of the sensor, 0.01 degC, counted from 32768
    - R: reliability of the echo, 0.01 dB, counted from 32768
    - S: status of the sensor

Source: https://github.com/decentlab/decentlab-decoders (DL-RAD), facts only.
"""

from decoders.decentlab._protocol import Sensor, centred, decentlab, word

DECODER = decentlab(
    "DL-RAD",
    Sensor(
        4,
        (
            word(0, "distance", "mm"),
            centred(1, "internal_temperature", "Cel", div=100),
            centred(2, "echo_quality", "dB", div=100),
            word(3, "device_state", "1"),
        ),
    ),
    ttn=("dl-rad",),
)
