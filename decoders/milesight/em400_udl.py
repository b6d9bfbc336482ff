"""Milesight EM400-UDL: ultrasonic distance, temperature, position.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB             battery, %
    03 67 TTTT           int16, 0.1 degC
    04 82 DDDD           uint16, mm
    05 00 PP             position: 0 normal, 1 tilted
    06 88 LLLLLLLL OOOOOOOO SS   latitude, longitude (int32, 1e-6 deg; NB-IoT models); bits 7..4 0 inside the fence,
                         1 outside, 2 none set, 3 unknown; bits 3..0 1 starts moving, 2 moves, 3 stops
    83 67 TTTT AA        temperature and alarm
    84 82 DDDD AA        distance and alarm

Source: https://github.com/Milesight-IoT/SensorDecoders (EM400-UDL).
"""

from decoders.kit import Record
from decoders.milesight._places import PLACE
from decoders.milesight._records import air, milesight, state, word

RECORDS = {
    0x0367: Record(2, (air(),)),
    0x0482: Record(2, (word(0, "distance", "mm"),)),
    0x0500: Record(1, (state(0, "tilted"),)),
    0x0688: PLACE,
    0x8367: Record(3, (air(), state(2, "alarm", channel="temperature"))),
    0x8482: Record(3, (word(0, "distance", "mm"), state(2, "alarm", channel="distance"))),
}
"""What the EM400 models have in common."""

DECODER = milesight("EM400-UDL", RECORDS, ttn=("em400-udl",))
