"""Milesight GS101: natural gas alarm.

Records of channel, type, data (little-endian), usually on fPort 85:

    03 67 TTTT         int16, 0.1 degC
    04 68 HH           0.5 %RH
    05 8E GG           0 normal, 1 gas
    06 01 VV           valve: 0 closed, 1 open
    07 01 RR           relay: 0 closed, 1 open
    08 90 LLLLLLLL     uint32, lifetime left, s
    FF 3F AA           0 power lost, 1 power back, 2 sensor failed, 3 recovered, 4 about to expire, 5 expired

Source: https://github.com/Milesight-IoT/SensorDecoders (GS101).
"""

from decoders.kit import Record, u8, u32
from decoders.milesight._records import CLIMATE, milesight, state

EVENT = Record(
    1,
    (
        u8(0, "external_power", "1", table={0: 0, 1: 1}, missing=range(2, 256)),
        u8(0, "fault", "1", table={2: 1, 3: 0, 4: 1, 5: 1}, missing=(0, 1, *range(6, 256))),
    ),
)

DECODER = milesight(
    "GS101",
    {
        **CLIMATE,
        0x058E: Record(1, (state(0, "gas_detected"),)),
        0x0601: Record(1, (state(0, "valve_open"),)),
        0x0701: Record(1, (state(0, "relay"),)),
        0x0890: Record(4, (u32(0, "remaining_lifetime", "s"),)),
        0xFF3F: EVENT,
    },
    ttn=("gs101",),
)
