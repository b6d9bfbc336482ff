"""Netvox R718MBA: movement (also R730MBA, R311FA).

Device types 27, 4F, 82:

BB SS ............     1 moves

Source: Netvox LoRaWAN Application Command; TheThingsNetwork/lorawan-devices (facts only).
"""

from decoders.netvox._protocol import netvox, report, yes

LAYOUTS = (report((0x27, 0x4F, 0x82), yes(4, "moving")),)

DECODER = netvox("R718MBA", *LAYOUTS, also=("R730MBA", "R311FA"))
