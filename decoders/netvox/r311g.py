"""Netvox R311G: light (also R311B, R718G).

Device types 04, 4B, 1E:

BB LLLL ..........     uint16, lx (R718G: uint32)

Source: Netvox LoRaWAN Application Command; TheThingsNetwork/lorawan-devices (facts only).
"""

from decoders.kit import u16, u32
from decoders.netvox._protocol import netvox, report

LAYOUTS = (
    report((0x04, 0x4B), u16(4, "illuminance", "lx")),
    report((0x1E,), u32(4, "illuminance", "lx")),
)

DECODER = netvox("R311G", *LAYOUTS, also=("R311B", "R718G"))
