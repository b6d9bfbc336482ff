"""Netvox RB02I: buttons (also R718T, R312A, R312, R718T2).

Device types 10, 31, 4D, 55; 48 two:

BB 11 22 ..........    1 pressed

Source: Netvox LoRaWAN Application Command; TheThingsNetwork/lorawan-devices (facts only).
"""

from decoders.netvox._protocol import netvox, report, yes

LAYOUTS = (
    report((0x10, 0x31, 0x4D, 0x55), yes(4, "button")),
    report((0x48,), yes(4, "button", "1"), yes(5, "button", "2")),
)

DECODER = netvox("RB02I", *LAYOUTS, also=("R718T", "R312A", "R312", "R718T2"))
