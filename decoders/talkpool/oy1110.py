"""Talkpool OY1110: air temperature and humidity.

    fPort 2: TT HH th              see `_values`, degC + 80 and % + 25 in tenths
    fPort 3: DD, then TT HH th     D: time between measurements, bit 7: hours (else minutes); the newest comes first
    fPort 1: answers to commands

Source: see `_values`.
"""

from decoders.kit import Field, Frame, Repeat
from decoders.talkpool._values import COMMANDS, climate, talkpool

DECODER = talkpool(
    "OY1110",
    Frame(ports=2, length=range(3, 52, 3), fields=climate()),
    Frame(
        ports=3,
        length=range(4, 53, 3),
        repeat=Repeat(
            start=1,
            size=3,
            fields=climate(),
            interval=Field(
                quantity="", at=0, convert=lambda raw: -3600.0 * (raw & 0x7F) if raw & 0x80 else -60.0 * raw
            ),
        ),
    ),
    Frame(ports=1, length=range(1, 52), note=COMMANDS),
)
