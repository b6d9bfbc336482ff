"""Milesight TS101: temperature of an insertion probe.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB           battery, %
    03 67 TTTT         int16, 0.1 degC
    83 67 TTTT AA      temperature and alarm
    93 D7 TTTT CCCC AA   temperature, its change (int16, 0.01 degC), alarm

Source: https://github.com/Milesight-IoT/SensorDecoders (TS101).
"""

from decoders.kit import Record
from decoders.milesight._records import air, leap, milesight, state

PROBE = air(quantity="process_temperature")

DECODER = milesight(
    "TS101",
    {0x0367: Record(2, (PROBE,)), 0x8367: Record(3, (PROBE, state(2, "alarm"))), 0x93D7: leap("process_temperature")},
    ttn=("ts101",),
)
