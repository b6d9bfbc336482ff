"""Netvox R718B: PT1000 and thermocouples (also R718CJ, CK, CT, CR, CE and those with two).

Device types 90 to 95 one sensor; 14 to 19 and 78 to 7C two:

BB 1111 2222 ......    int16, 0.1 degC

Source: Netvox LoRaWAN Application Command; TheThingsNetwork/lorawan-devices (facts only).
"""

from decoders.netvox._protocol import celsius, netvox, report

PROBE = "process_temperature"
LAYOUTS = (
    report((0x90, 0x91, 0x92, 0x93, 0x94, 0x95), celsius(4, div=10, quantity=PROBE)),
    report(
        (*range(0x14, 0x1A), *range(0x78, 0x7D)),
        celsius(4, div=10, quantity=PROBE, channel="1"),
        celsius(6, div=10, quantity=PROBE, channel="2"),
    ),
)

DECODER = netvox(
    "R718B",
    *LAYOUTS,
    also=(
        *("R718CJ", "R718CK", "R718CT", "R718CR", "R718CE", "R718B2", "R718CJ2", "R718CK2", "R718CT2", "R718CR2"),
        *("R718CE2", "R730CJ2", "R730CK2", "R730CT2", "R730CR2", "R730CE2"),
    ),
)
