"""Netvox R718Q: tilt (also R718QA).

Device types 5B, 97:

BB SS ............     1 tilted

Source: Netvox LoRaWAN Application Command; TheThingsNetwork/lorawan-devices (facts only).
"""

from decoders.netvox._protocol import netvox, report, yes

LAYOUTS = (report((0x5B, 0x97), yes(4, "tilted")),)

DECODER = netvox("R718Q", *LAYOUTS, also=("R718PQ", "R718QA"))
