"""Netvox R719A: parking place (also R719B).

Device types 59, AF:

BB CC ............     1 a car is there

Source: Netvox LoRaWAN Application Command; TheThingsNetwork/lorawan-devices (facts only).
"""

from decoders.netvox._protocol import netvox, report, yes

LAYOUTS = (report((0x59, 0xAF), yes(4, "parking_occupied")),)

DECODER = netvox("R719A", *LAYOUTS, also=("R719B",))
