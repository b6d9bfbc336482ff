"""Netvox generic: any device of this maker, by its device type.

All reports of the other modules of this folder, each told by its device type.

For device profiles that do not say the model.

Source: Netvox LoRaWAN Application Command; TheThingsNetwork/lorawan-devices (facts only).
"""

from importlib import import_module

from decoders.kit import Decoder, Layout
from decoders.netvox._protocol import REPLIES, SOURCE, VENDOR, VERSIONS

FAMILIES = (
    *("r711", "r311a", "r718da", "r718mba", "r718j", "r718q", "r718f2", "rb11e", "r311g", "r311w", "ra07w", "ra02a"),
    *("rb02i", "r718b", "r718e", "r718ea", "r718h", "r718ia", "r718ka", "r718ma", "r718n1", "r809a", "ra0716"),
    *("ra0715", "r718x", "r719a", "r720e", "rp02"),
)
LAYOUTS: tuple[Layout, ...] = tuple(
    layout for family in FAMILIES for layout in import_module(f"decoders.netvox.{family}").LAYOUTS
)

DECODER = Decoder(
    id="netvox-generic",
    vendor=VENDOR,
    model="generic",
    source=SOURCE,
    layouts=(*LAYOUTS, VERSIONS, REPLIES),
    identifiers={"chirpstack": ("Netvox", "netvox device")},
)
