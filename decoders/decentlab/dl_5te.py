"""Decentlab DL-5TE: soil moisture, temperature and conductivity (METER 5TE).

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has three words:

    EEEE TTTT CCCC

    - E: relative permittivity, 0.02; water content follows from it by Topp's polynomial
    - T: temperature, 0.1 degC + 40
    - C: bulk conductivity, 10 uS/cm

Source: https://github.com/decentlab/decentlab-decoders (DL-5TE), facts only.
"""

from decoders.decentlab._protocol import Sensor, decentlab, volumetric_water, word
from decoders.decentlab.dl_5tm import water_content

DECODER = decentlab(
    "DL-5TE",
    Sensor(
        3,
        (
            word(0, "relative_permittivity", "1", div=50),
            volumetric_water(0, water_content, div=50),
            word(1, "soil_temperature", "Cel", add=-400, div=10),
            word(2, "electrical_conductivity", "uS/cm", mul=10),
        ),
    ),
    ttn=(),
)
