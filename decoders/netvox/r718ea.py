"""Netvox R718EA: inclination and temperature (also R718EB: inclination).

Device types 9A, C8:

9A: BB XX YY ZZ TTTT ....          int8, deg; int16, 0.1 degC
    C8: BB XXXX YYYY ZZZZ ..           int16, 0.1 deg

The maker's decoder takes temperatures above zero from the two bytes behind; the document has them here.

Source: Netvox LoRaWAN Application Command; TheThingsNetwork/lorawan-devices (facts only).
"""

from decoders.kit import i8, i16
from decoders.netvox._protocol import celsius, netvox, report

LAYOUTS = (
    report(
        (0x9A,),
        *(i8(4 + n, f"tilt_{axis}", "deg") for n, axis in enumerate("xyz")),
        celsius(7, div=10),
    ),
    report((0xC8,), *(i16(4 + 2 * n, f"tilt_{axis}", "deg", div=10) for n, axis in enumerate("xyz"))),
)

DECODER = netvox("R718EA", *LAYOUTS, also=("R718EB",))
