"""Netvox RA0716: PM2.5, temperature, humidity (also R72616, R72716, R718SA, R728SA, R729SA, R72616A).

Device types 35, 36, 37, 5D, 5E, 5F, 6A:

BB TTTT HHHH PPPP ..   int16, 0.01 degC; uint16, 0.01 %; uint16, ug/m3

Source: Netvox LoRaWAN Application Command; TheThingsNetwork/lorawan-devices (facts only).
"""

from decoders.kit import u16
from decoders.netvox._protocol import celsius, humidity, netvox, report

LAYOUTS = (
    report(
        (0x35, 0x36, 0x37, 0x5D, 0x5E, 0x5F, 0x6A),
        celsius(4),
        humidity(6),
        u16(8, "pm2_5", "ug/m3", missing=0xFFFF),
    ),
)

DECODER = netvox("RA0716", *LAYOUTS, also=("R72616", "R72716", "R718SA", "R728SA", "R729SA", "R72616A", "RA0716A"))
