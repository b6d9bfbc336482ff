"""Netvox R311W: water leaks (also R718WA, R718WB, R718WA2, R718WB2, R730WA, R730WB, R730WA2, R730WB2).

Device types 06, 46, 47, 86, 88 two sensors; 12, 32, 85, 87 one:

BB 11 22 ..........    1 leak

Source: Netvox LoRaWAN Application Command; TheThingsNetwork/lorawan-devices (facts only).
"""

from decoders.netvox._protocol import netvox, report, yes

LAYOUTS = (
    report((0x06, 0x46, 0x47, 0x86, 0x88), yes(4, "leak", "1"), yes(5, "leak", "2")),
    report((0x12, 0x32, 0x85, 0x87), yes(4, "leak")),
)

DECODER = netvox(
    "R311W",
    *LAYOUTS,
    also=("R718WA", "R718WB", "R718WA2", "R718WB2", "R730WA", "R730WB", "R730WA2", "R730WB2"),
)
