"""Decentlab DL-TRS12: soil moisture, temperature and conductivity (METER TEROS 12).

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has three words:

    CCCC TTTT EEEE

    - C: counts of the probe, 0.1; permittivity and water content follow from them
    - T: temperature, 0.1 degC, counted from 32768
    - E: conductivity, uS/cm

Source: https://github.com/decentlab/decentlab-decoders (DL-TRS12), facts only.
"""

from decoders.decentlab._protocol import Sensor, centred, decentlab, volumetric_water, word
from decoders.decentlab.dl_trs11 import permittivity, water_content
from decoders.kit import Computed, u16

DECODER = decentlab(
    "DL-TRS12",
    Sensor(
        3,
        (
            Computed(quantity="relative_permittivity", inputs=(u16(0, "", div=10),), function=permittivity, unit="1"),
            volumetric_water(0, water_content, div=10),
            centred(1, "soil_temperature", "Cel", div=10),
            word(2, "electrical_conductivity", "uS/cm"),
        ),
    ),
    ttn=("dl-trs12",),
)
