"""Milesight VS330: bathroom occupancy.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB                    battery, %
    02 A5 1111 2222 3333 4444   uint16, distances, mm
    02 82 DDDD                  uint16, distance, mm (first firmware; 04 8E: its calibration)
    03 8E OO                    0 vacant, 1 occupied, 2 still learning, 3 failed
    04 A8 LL, 08 A8 LL          state of the first and second learning
    06 A6 NNNNNNNN              uint32, counts of the surroundings
    07 A7 SS                    similarity

Source: https://github.com/Milesight-IoT/SensorDecoders (VS330).
"""

from decoders.kit import Record, u8, u32
from decoders.milesight._records import milesight, word

DECODER = milesight(
    "VS330",
    {
        0x02A5: Record(8, tuple(word(2 * n, "distance", "mm", channel=str(n + 1)) for n in range(4))),
        0x0282: Record(2, (word(0, "distance", "mm"),)),
        0x048E: Record(1),
        0x038E: Record(1, (u8(0, "occupied", "1", table={0: 0, 1: 1}, missing=(2, 3)),)),
        0x04A8: Record(1),
        0x06A6: Record(4, (u32(0, "event_count", "1", channel="ambient"),)),
        0x07A7: Record(1),
        0x08A8: Record(1),
    },
    ttn=("vs330",),
)
