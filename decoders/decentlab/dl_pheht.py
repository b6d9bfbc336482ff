"""Decentlab DL-PHEHT: pH and redox potential (Aqualabo PHEHT).

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has five words, counted from 32768 but for the status:

    SSSS TTTT PPPP RRRR VVVV

    - S: status of the probe
    - T: temperature, 0.01 degC
    - P: pH, 0.01
    - R: redox potential, 0.1 mV
    - V: pH as voltage, 0.1 mV

Source: https://github.com/decentlab/decentlab-decoders (DL-PHEHT), facts only.
"""

from decoders.decentlab._protocol import Sensor, centred, decentlab, word

DECODER = decentlab(
    "DL-PHEHT",
    Sensor(
        5,
        (
            word(0, "device_state", "1"),
            centred(1, "water_temperature", "Cel", div=100),
            centred(2, "ph", "[pH]", div=100),
            centred(3, "redox_potential", "mV", div=10),
            centred(4, "voltage", "mV", div=10, channel="ph"),
        ),
    ),
    ttn=("dl-pheht",),
)
