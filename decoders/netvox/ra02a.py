"""Netvox RA02A: smoke (also RA02C: carbon monoxide).

Device types 0A, 11:

BB FF HH TTTT ......   1 smoke or gas, 1 too hot; RA02A: int16, 0.1 degC

Source: Netvox LoRaWAN Application Command; TheThingsNetwork/lorawan-devices (facts only).
"""

from decoders.netvox._protocol import celsius, netvox, report, yes

LAYOUTS = (
    report((0x0A,), yes(4, "fire"), yes(5, "alarm", "temperature"), celsius(6, div=10)),
    report((0x11,), yes(4, "gas_detected", "co"), yes(5, "alarm", "temperature")),
)

DECODER = netvox("RA02A", *LAYOUTS, also=("RA02C",))
