"""Talkpool OY1700: particulate matter, air temperature and humidity.

    fPort 2, 9 bytes: TT HH th PPPP QQQQ RRRR    see `_values`; PM1, PM2.5, PM10, uint16, ug/m3
    fPort 1: answers to commands

Source: see `_values`.
"""

from decoders.kit import Frame, u16
from decoders.talkpool._values import COMMANDS, climate, talkpool

DECODER = talkpool(
    "OY1700",
    Frame(
        ports=2,
        length=9,
        fields=(*climate(), u16(3, "pm1", "ug/m3"), u16(5, "pm2_5", "ug/m3"), u16(7, "pm10", "ug/m3")),
    ),
    Frame(ports=1, length=range(1, 52), note=COMMANDS),
)
