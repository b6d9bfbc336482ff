"""Netvox RB11E: occupancy, light, temperature (also RB11E1).

Device types 03, 07:

BB TTTT LLLL OO AA ..  int16, 0.01 degC; uint16, lx; 1 occupied; 1 taken off

Source: Netvox LoRaWAN Application Command; TheThingsNetwork/lorawan-devices (facts only).
"""

from decoders.kit import u16
from decoders.netvox._protocol import celsius, netvox, report, yes

LAYOUTS = (report((0x03, 0x07), celsius(4), u16(6, "illuminance", "lx"), yes(8, "occupied"), yes(9, "tamper")),)

DECODER = netvox("RB11E", *LAYOUTS, also=("RB11E1",))
