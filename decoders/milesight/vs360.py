"""Milesight VS360: people passing a light barrier.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB, 02 75 BB   battery of the main unit and of the other, %
    03 F4 EE SS          0 counting, 1 other unit does not answer, 2 not aligned; 1 wrong, 0 right again
    04 CC, 05 CC, 84 CC, 85 CC, 20 CE   counts: see decoders/milesight/_passing.py

Source: https://github.com/Milesight-IoT/SensorDecoders (VS360).
"""

from decoders.kit import Record, When, u8
from decoders.milesight._passing import PASSING
from decoders.milesight._records import milesight

EVENTS = {0: "counter", 1: "node", 2: "alignment"}

DECODER = milesight(
    "VS360",
    {
        **PASSING,
        0x0175: Record(1, (u8(0, "battery_level", "%", channel="main"),)),
        0x0275: Record(1, (u8(0, "battery_level", "%", channel="node"),)),
        0x03F4: Record(
            2,
            tuple(
                u8(1, "fault", "1", table={0: 0, 1: 1}, channel=name, when=When(at=(0, 0), width=8, equals=code))
                for code, name in EVENTS.items()
            ),
        ),
    },
    ttn=("vs360",),
)
