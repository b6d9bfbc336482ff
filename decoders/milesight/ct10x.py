"""Milesight CT10X: current transformers CT101, CT103, CT105.

Records of channel, type, data (little-endian), usually on fPort 85:

    03 97 CCCCCCCC            uint32, 0.01 A.h
    04 98 IIII                uint16, 0.01 A; FFFF: reading failed
    04 99 IIII                uint16, 0.1 A (300 A models)
    09 67 TTTT                int16, 0.1 degC; FFFF reading failed, FFFD out of range
    84 98 XXXX NNNN IIII AA   greatest, smallest, last current; A: bit 0 threshold, 1 over, 2 out of range, 3 over
    84 99                     the same in 0.1 A
    89 67 TTTT AA             temperature and alarm

Source: https://github.com/Milesight-IoT/SensorDecoders (CT10X).
"""

from decoders.kit import Field, Record, flag, i16, u32
from decoders.milesight._records import milesight, state, word

WARM = i16(0, "process_temperature", "Cel", div=10, missing=(0xFFFD, 0xFFFF))


def _alarm(div: float) -> Record:
    values: tuple[Field, ...] = (
        word(0, "current", "A", div=div, channel="max"),
        word(2, "current", "A", div=div, channel="min"),
        word(4, "current", "A", div=div),
    )
    return Record(7, (*values, flag(6, 0, "alarm", channel="current"), flag(6, 2, "alarm", channel="range")))


DECODER = milesight(
    "CT10X",
    {
        0x0397: Record(4, (u32(0, "charge", "A.h", div=100, missing=0xFFFFFFFF),)),
        0x0498: Record(2, (word(0, "current", "A", div=100),)),
        0x0499: Record(2, (word(0, "current", "A", div=10),)),
        0x0967: Record(2, (WARM,)),
        0x8498: _alarm(100),
        0x8499: _alarm(10),
        0x8967: Record(3, (WARM, state(2, "alarm", channel="temperature"))),
    },
    ttn=("ct101", "ct103", "ct105", "ct10x"),
    chirpstack=("CT101", "CT103", "CT105"),
)
