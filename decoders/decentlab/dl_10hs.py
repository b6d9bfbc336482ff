"""Decentlab DL-10HS: soil moisture (METER 10HS).

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has one word:

    VVVV

    - V: output of the probe, V = 3 * (V - 32768) / 32768; water content follows from it by a polynomial

Source: https://github.com/decentlab/decentlab-decoders (DL-10HS), facts only.
"""

from decoders.decentlab._protocol import Sensor, centred, decentlab, volumetric_water


def water_content(millivolts: float) -> float:
    """Water content in m3/m3 (METER's calibration for mineral soil)."""
    return 2.97e-9 * millivolts**3 - 7.37e-6 * millivolts**2 + 6.69e-3 * millivolts - 1.92


DECODER = decentlab(
    "DL-10HS",
    Sensor(
        1,
        (
            centred(0, "voltage", "mV", mul=3000, div=32768, channel="probe"),
            volumetric_water(0, water_content, add=-32768, mul=3000, div=32768),
        ),
    ),
    ttn=(),
)
