"""Netvox R718H: pulse counters (also R718H2, R730H, R730H2).

Device types 1F, 7F one; 3F, 80 two:

BB 1111 2222 ......    uint16; cleared when sent or when it runs over, as set on the device

Source: Netvox LoRaWAN Application Command; TheThingsNetwork/lorawan-devices (facts only).
"""

from decoders.kit import u16
from decoders.netvox._protocol import netvox, report

LAYOUTS = (
    report((0x1F, 0x7F), u16(4, "pulse_count", "1")),
    report((0x3F, 0x80), u16(4, "pulse_count", "1", channel="1"), u16(6, "pulse_count", "1", channel="2")),
)

DECODER = netvox("R718H", *LAYOUTS, also=("R718H2", "R730H", "R730H2"))
