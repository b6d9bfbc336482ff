"""Decentlab DL-GS3: soil moisture, temperature and conductivity (METER GS3).

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has three words:

    EEEE TTTT CCCC

    - E: relative permittivity, 0.01; water content follows from it by a polynomial
    - T: temperature, 0.1 degC, counted from 32768
    - C: bulk conductivity, uS/cm

Source: https://github.com/decentlab/decentlab-decoders (DL-GS3), facts only.
"""

from decoders.decentlab._protocol import Sensor, centred, decentlab, volumetric_water, word


def water_content(permittivity: float) -> float:
    """Water content in m3/m3 (METER's calibration for soilless substrates)."""
    return 0.00000589 * permittivity**3 - 0.000762 * permittivity**2 + 0.0367 * permittivity - 0.0753


DECODER = decentlab(
    "DL-GS3",
    Sensor(
        3,
        (
            word(0, "relative_permittivity", "1", div=100),
            volumetric_water(0, water_content, div=100),
            centred(1, "soil_temperature", "Cel", div=10),
            word(2, "electrical_conductivity", "uS/cm"),
        ),
    ),
    ttn=(),
)
