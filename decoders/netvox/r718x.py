"""Netvox R718X: fill level by ultrasound (also R718PE).

Device types 34, B1:

34: BB SS DDDD TTTT LL AA    1 full; uint16, mm; int16, 0.1 degC; level, %; inclination, deg
    B1: BB SS DDDD LL ......     1 full; uint16, mm; level, %

Source: Netvox LoRaWAN Application Command; TheThingsNetwork/lorawan-devices (facts only).
"""

from decoders.kit import u8, u16
from decoders.netvox._protocol import celsius, netvox, report, yes

DISTANCE = u16(5, "distance", "mm", missing=0xFFFF)
LAYOUTS = (
    report(
        (0x34,),
        yes(4, "alarm", "full"),
        DISTANCE,
        celsius(7, div=10),
        u8(9, "bin_fill_level", "%"),
        u8(10, "tilt", "deg"),
    ),
    report((0xB1,), yes(4, "alarm", "full"), DISTANCE, u8(7, "bin_fill_level", "%")),
)

DECODER = netvox("R718X", *LAYOUTS, also=("R718PE",))
