"""Decentlab DL-PAR: photosynthetically active radiation.

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has one word:

    PPPP

    - P: umol/m2/s = 3 * (P / 32768 - 1) * 1000 * 5

Source: https://github.com/decentlab/decentlab-decoders (DL-PAR), facts only.
"""

from decoders.decentlab._protocol import Sensor, centred, decentlab

DECODER = decentlab(
    "DL-PAR",
    Sensor(1, (centred(0, "photosynthetic_photon_flux", "umol/m2/s", mul=15000, div=32768),)),
    ttn=("dl-par",),
)
