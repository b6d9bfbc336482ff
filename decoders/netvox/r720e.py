"""Netvox R720E: TVOC, temperature, humidity.

Device type A5:

BB VVVV TTTT HHHH UU   uint16, ppb (U = 0) or index; int16, 0.01 degC; uint16, 0.01 %

Source: Netvox LoRaWAN Application Command; TheThingsNetwork/lorawan-devices (facts only).
"""

from decoders.kit import When, u16
from decoders.netvox._protocol import celsius, humidity, netvox, report

PPB, INDEX = (When(at=(10, 0), width=8, equals=code) for code in (0, range(1, 256)))
LAYOUTS = (
    report(
        (0xA5,),
        u16(4, "tvoc_ppb", "[ppb]", when=PPB),
        u16(4, "tvoc_index", "1", when=INDEX),
        celsius(6),
        humidity(8),
    ),
)

DECODER = netvox("R720E", *LAYOUTS)
