"""Decentlab DL-EPAR: photosynthetically active radiation, extended range.

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has one word:

    PPPP

    - P: umol/m2/s = 3 * (P / 32768 - 1) / 64 * 1000 * 100

Source: https://github.com/decentlab/decentlab-decoders (DL-EPAR), facts only.
"""

from decoders.decentlab._protocol import Sensor, centred, decentlab

DECODER = decentlab(
    "DL-EPAR",
    Sensor(1, (centred(0, "photosynthetic_photon_flux", "umol/m2/s", mul=300000, div=32768 * 64),)),
    ttn=(),
)
