"""Netvox R718MA: asset: answers with what it receives (also R311D, R730MA).

Device types 26, 4E, 81:

BB RRRR SS HHHH ......    int16, dBm; int8, dB; uint16, interval, s

Source: Netvox LoRaWAN Application Command; TheThingsNetwork/lorawan-devices (facts only).
"""

from decoders.kit import i8, i16
from decoders.netvox._protocol import netvox, report

LAYOUTS = (report((0x26, 0x4E, 0x81), i16(4, "rssi", "dB[mW]"), i8(6, "snr", "dB")),)

DECODER = netvox("R718MA", *LAYOUTS, also=("R311D", "R730MA"))
