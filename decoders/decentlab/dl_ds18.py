"""Decentlab DL-DS18: temperature by a DS18B20 probe.

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has one word:

    TTTT

    - T: 0.0625 degC, counted from 32768

Source: https://github.com/decentlab/decentlab-decoders (DL-DS18), facts only.
"""

from decoders.decentlab._protocol import Sensor, centred, decentlab

DECODER = decentlab(
    "DL-DS18",
    Sensor(1, (centred(0, "air_temperature", "Cel", div=16, channel="probe"),)),
    ttn=("dl-ds18",),
)
