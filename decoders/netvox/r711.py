"""Netvox R711: temperature and humidity (also R712, R718A, R718AB, R720A).

Device types 01, 0B, 13, 6E:

BB TTTT HHHH ......    temperature, int16, 0.01 degC; humidity, uint16, 0.01 %

Source: Netvox LoRaWAN Application Command; TheThingsNetwork/lorawan-devices (facts only).
"""

from decoders.netvox._protocol import celsius, humidity, netvox, report

LAYOUTS = (report((0x01, 0x0B, 0x13, 0x6E), celsius(4), humidity(6)),)

DECODER = netvox("R711", *LAYOUTS, also=("R712", "R718A", "R718AB", "R720A"))
