"""Decentlab DL-PR36: precise pressure or liquid level, and temperature (Keller 36 series probe).

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has two words:

    PPPP TTTT

    - P: pressure, 1/8192 bar, counted from 32768
    - T: temperature, 1/256 degC, counted from 32768

The step of the pressure is a parameter of the single device; this is the one of the published codec (range to
3 bar).

Source: https://github.com/decentlab/decentlab-decoders (DL-PR36), facts only.
"""

from decoders.decentlab._protocol import Sensor, centred, decentlab

DECODER = decentlab(
    "DL-PR36",
    Sensor(
        2,
        (
            centred(0, "water_pressure", "bar", div=8192),
            centred(1, "water_temperature", "Cel", div=256),
        ),
    ),
    ttn=("dl-pr36", "dl-pr36-8192"),
)
