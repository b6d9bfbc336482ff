"""Netvox R718F2: two contacts, vibrations or inputs.

Device types 3E, 45, 6C, 7E, 8E contacts; 2F, 3D, 8A, 8C vibrations; 43, 4C, 5A inputs; 56 contact and glass:

BB 11 22 ..........    1 open, vibrates, on, breaks

Source: Netvox LoRaWAN Application Command; TheThingsNetwork/lorawan-devices (facts only).
"""

from decoders.netvox._protocol import netvox, report, yes

LAYOUTS = (
    report((0x3E, 0x45, 0x6C, 0x7E, 0x8E), yes(4, "contact", "1"), yes(5, "contact", "2")),
    report((0x2F, 0x3D, 0x8A, 0x8C), yes(4, "vibration", "1"), yes(5, "vibration", "2")),
    report((0x43, 0x4C, 0x5A), yes(4, "digital_input", "1"), yes(5, "digital_input", "2")),
    report((0x56,), yes(4, "contact"), yes(5, "alarm", "glass")),
)

DECODER = netvox(
    "R718F2",
    *LAYOUTS,
    also=(
        *("R718LB2", "R311CC", "R730F2", "R730LB2", "R718DA2", "R718DB2", "R730DA2", "R730DB2"),
        *("R718J2", "R311CA", "R311CB", "R311WA"),
    ),
)
