"""Talkpool OY1210: carbon dioxide, air temperature and humidity.

    fPort 2, 5 bytes: TT HH th CCCC    see `_values`; C: uint16, ppm
    fPort 1: answers to commands

Source: see `_values`.
"""

from decoders.kit import Frame, u16
from decoders.talkpool._values import COMMANDS, climate, talkpool

DECODER = talkpool(
    "OY1210",
    Frame(ports=2, length=5, fields=(*climate(), u16(3, "co2", "[ppm]"))),
    Frame(ports=1, length=range(1, 52), note=COMMANDS),
)
