"""Netvox R718J: dry contact (also R720F).

Device types 21, B7:

BB SS ............     1 on

Source: Netvox LoRaWAN Application Command; TheThingsNetwork/lorawan-devices (facts only).
"""

from decoders.netvox._protocol import netvox, report, yes

LAYOUTS = (report((0x21, 0xB7), yes(4, "digital_input")),)

DECODER = netvox("R718J", *LAYOUTS, also=("R720F",))
