"""Netvox R311A: door, window and reed contacts (also R718F, R730F, R718LB, R730LB).

Device types 02, 1D, 25, 7D, 8D:

BB SS ............     1 open

Source: Netvox LoRaWAN Application Command; TheThingsNetwork/lorawan-devices (facts only).
"""

from decoders.netvox._protocol import netvox, report, yes

LAYOUTS = (report((0x02, 0x1D, 0x25, 0x7D, 0x8D), yes(4, "contact")),)

DECODER = netvox("R311A", *LAYOUTS, also=("R313A", "R718F", "R730F", "R718LB", "R730LB"))
