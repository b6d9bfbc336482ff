"""Talkpool OY1400, OY1410: module for the water meters of B METERS.

fPort 1, big-endian: an answer or a report `KK II ...`, kind of message and index. Index 2B is the meter:

    KK 2B NNNNNNNN SS    N: litres (uint32); S: bit 0 reset, 1 fraud

Source: Talkpool OY1410 pulse meter manual, facts only.
"""

from decoders.kit import Frame, When, flag, u32
from decoders.talkpool._values import COMMANDS, talkpool

DECODER = talkpool(
    "OY1410",
    Frame(
        ports=1,
        length=7,
        when=When(at=8, equals=0x2B),
        fields=(
            u32(2, "water_volume", "L"),
            flag(6, 0, "device_state", channel="reset"),
            flag(6, 1, "tamper"),
        ),
    ),
    Frame(ports=1, length=range(2, 52), note=COMMANDS),
)
