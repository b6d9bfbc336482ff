"""Milesight EM410-RDL: radar distance, temperature.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB             battery, %
    03 67 TTTT           int16, 0.1 degC
    04 82 DDDD           int16, mm
    05 00 PP             position: 0 normal, 1 tilted
    06 C7 RRRR           int16, strength of the echo, 0.01 dBm
    83 67 TTTT AA        temperature and alarm
    84 82 DDDD AA        distance and alarm: 0 over, 1 threshold, 2 sudden change
    94 82 DDDD CCCC AA   distance, change, alarm
    B4 82 DDDD EE        0 blind zone left, 1 within the blind zone, 2 no target, 3 sensor failed
    20 CE ssssssss DDDD TTTT CCCC EE   stored sample with its time (u32, s since 1970); E: bit 0 threshold alarm,
                         1 over, 2 within the blind zone, 3 left, 4 sudden change, 5 tilted

Source: https://github.com/Milesight-IoT/SensorDecoders (EM410-RDL).
"""

from decoders.kit import Record, flag, i16
from decoders.milesight._records import air, milesight, sample, state

NONE = (0xFFFD, 0xFFFF)
DISTANCE = i16(0, "distance", "mm", missing=NONE)

DECODER = milesight(
    "EM410-RDL",
    {
        0x0367: Record(2, (air(),)),
        0x0482: Record(2, (DISTANCE,)),
        0x0500: Record(1, (state(0, "tilted"),)),
        0x06C7: Record(2, (i16(0, "rssi", "dB[mW]", div=100, channel="radar"),)),
        0x8367: Record(3, (air(), state(2, "alarm", channel="temperature"))),
        0x8482: Record(3, (DISTANCE, state(2, "alarm", channel="distance"))),
        0x9482: Record(5, (DISTANCE, i16(2, "distance_change", "mm"), state(4, "alarm", channel="distance"))),
        0xB482: Record(3, (DISTANCE, state(2, "fault"))),
        0x20CE: sample(
            i16(4, "distance", "mm", missing=NONE),
            air(6),
            i16(8, "distance_change", "mm"),
            flag(10, 0, "alarm", channel="distance"),
            flag(10, 2, "fault"),
            flag(10, 4, "alarm", channel="change"),
            flag(10, 5, "tilted"),
            size=11,
        ),
    },
    ttn=("em410-rdl",),
)
