"""Netvox RA07W: place of a water leak along a cable (also R718WE).

Device types 0C, 8F:

BB LLLL ..........     uint16, 0.1 m along the cable; 0: no leak

Source: Netvox LoRaWAN Application Command; TheThingsNetwork/lorawan-devices (facts only).
"""

from decoders.kit import u16
from decoders.netvox._protocol import netvox, report

LEAK = u16(4, "leak", "1", convert=lambda raw: 1.0 if raw else 0.0)
LAYOUTS = (report((0x0C, 0x8F), u16(4, "distance", "dm", channel="leak"), LEAK),)

DECODER = netvox("RA07W", *LAYOUTS, also=("R718WE",))
