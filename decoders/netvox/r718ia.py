"""Netvox R718IA: analogue inputs 0..5 V and 0..10 V (also R718IB, R730IA, R730IB and those with two).

Device types 20, 2A, 74, 75 one; 41, 42, 76, 77 two:

BB 1111 2222 ......    uint16, raw value

Source: Netvox LoRaWAN Application Command; TheThingsNetwork/lorawan-devices (facts only).
"""

from decoders.kit import u16
from decoders.netvox._protocol import netvox, report

LAYOUTS = (
    report((0x20, 0x2A, 0x74, 0x75), u16(4, "analog_value", "1")),
    report(
        (0x41, 0x42, 0x76, 0x77),
        u16(4, "analog_value", "1", channel="1"),
        u16(6, "analog_value", "1", channel="2"),
    ),
)

DECODER = netvox("R718IA", *LAYOUTS, also=("R718IB", "R730IA", "R730IB", "R718IA2", "R718IB2", "R730IA2", "R730IB2"))
