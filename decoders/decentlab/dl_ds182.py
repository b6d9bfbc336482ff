"""Decentlab DL-DS182: temperature by two DS18B20 probes.

Protocol 2 (see `_protocol`), any fPort. Two sensors of two words each:

    TTTT NNNN

    - T: 0.0625 degC, counted from 32768
    - N: which probe it is (part of its serial number)

Source: https://github.com/decentlab/decentlab-decoders (DL-DS182), facts only.
"""

from decoders.decentlab._protocol import Sensor, centred, decentlab

DECODER = decentlab(
    "DL-DS182",
    Sensor(2, (centred(0, "air_temperature", "Cel", div=16, channel="1"),)),
    Sensor(2, (centred(0, "air_temperature", "Cel", div=16, channel="2"),)),
    ttn=(),
)
