"""Netvox R718DA: vibration (also R718DB, R730DA, R730DB, R311DA, R311DB).

Device types 1A, 1B, 89, 8B, A8, A9:

BB SS ............     1 vibrates

Source: Netvox LoRaWAN Application Command; TheThingsNetwork/lorawan-devices (facts only).
"""

from decoders.netvox._protocol import netvox, report, yes

LAYOUTS = (report((0x1A, 0x1B, 0x89, 0x8B, 0xA8, 0xA9), yes(4, "vibration")),)

DECODER = netvox("R718DA", *LAYOUTS, also=("R718DB", "R730DA", "R730DB", "R311DA", "R311DB"))
