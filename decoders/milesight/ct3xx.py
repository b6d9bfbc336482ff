"""Milesight CT3XX: current transformers CT303, CT305, CT310 for three phases.

Records of channel, type, data (little-endian), usually on fPort 85:

    03 97, 05 97, 07 97 CCCCCCCC   uint32, 0.01 A.h, of phase 1, 2, 3
    04 99, 06 99, 08 99 IIII       uint16, 0.1 A; FFFF: reading failed
    09 67 TTTT                     int16, 0.1 degC
    84 99, 86 99, 88 99 XXXX NNNN IIII AA   greatest, smallest, last current; A: bit 0 threshold, 2 out of range
    89 67 TTTT AA                  temperature and alarm

Source: https://github.com/Milesight-IoT/SensorDecoders (CT3XX).
"""

from decoders.kit import Record, flag, i16, u32
from decoders.milesight._records import milesight, state, word

WARM = i16(0, "process_temperature", "Cel", div=10, missing=(0xFFFD, 0xFFFF))


def _phase(number: int) -> dict[int, Record]:
    channel, first = str(number), 2 * number + 1
    return {
        first << 8 | 0x97: Record(4, (u32(0, "charge", "A.h", div=100, missing=0xFFFFFFFF, channel=channel),)),
        (first + 1) << 8 | 0x99: Record(2, (word(0, "current", "A", div=10, channel=channel),)),
        (first + 0x81) << 8 | 0x99: Record(
            7,
            (
                word(0, "current", "A", div=10, channel=f"{channel}-max"),
                word(2, "current", "A", div=10, channel=f"{channel}-min"),
                word(4, "current", "A", div=10, channel=channel),
                flag(6, 0, "alarm", channel=f"{channel}-current"),
                flag(6, 2, "alarm", channel=f"{channel}-range"),
            ),
        ),
    }


DECODER = milesight(
    "CT3XX",
    {
        **_phase(1),
        **_phase(2),
        **_phase(3),
        0x0967: Record(2, (WARM,)),
        0x8967: Record(3, (WARM, state(2, "alarm", channel="temperature"))),
    },
    ttn=("ct303", "ct305", "ct310", "ct3xx"),
    chirpstack=("CT303", "CT305", "CT310"),
)
