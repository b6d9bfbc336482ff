"""Decentlab DL-TRS11: soil moisture and temperature (METER TEROS 11).

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has two words:

    CCCC TTTT

    - C: counts of the probe, 0.1; permittivity and water content follow from them
    - T: temperature, 0.1 degC, counted from 32768

Source: https://github.com/decentlab/decentlab-decoders (DL-TRS11), facts only.
"""

from decoders.decentlab._protocol import Sensor, centred, decentlab, volumetric_water
from decoders.kit import Computed, u16


def permittivity(counts: float) -> float:
    """Relative permittivity of METER's TEROS probes."""
    root: float = 0.000000002887 * counts**3 - 0.0000208 * counts**2 + 0.05276 * counts - 43.39
    return root**2


def water_content(counts: float) -> float:
    """Water content in m3/m3 of mineral soil."""
    return counts * 0.0003879 - 0.6956


DECODER = decentlab(
    "DL-TRS11",
    Sensor(
        2,
        (
            Computed(quantity="relative_permittivity", inputs=(u16(0, "", div=10),), function=permittivity, unit="1"),
            volumetric_water(0, water_content, div=10),
            centred(1, "soil_temperature", "Cel", div=10),
        ),
    ),
    ttn=("dl-trs11",),
)
