"""Decentlab DL-OPTOD: dissolved oxygen (Aqualabo OPTOD).

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has five words, counted from 32768 but for the status:

    SSSS TTTT OOOO CCCC PPPP

    - S: status of the probe
    - T: temperature, 0.01 degC
    - O: saturation, 0.01 %
    - C: concentration, 0.01 mg/L
    - P: concentration, 0.01 ppm

Source: https://github.com/decentlab/decentlab-decoders (DL-OPTOD), facts only.
"""

from decoders.decentlab._protocol import Sensor, centred, decentlab, word

DECODER = decentlab(
    "DL-OPTOD",
    Sensor(
        5,
        (
            word(0, "device_state", "1"),
            centred(1, "water_temperature", "Cel", div=100),
            centred(2, "dissolved_oxygen_saturation", "%", div=100),
            centred(3, "dissolved_oxygen", "mg/L", div=100),
            centred(4, "dissolved_oxygen", "[ppm]", div=100, channel="ppm"),
        ),
    ),
    ttn=("dl-optod",),
)
