"""Milesight WT101: radiator thermostat.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB           battery, %
    03 67 TTTT         room, int16, 0.1 degC
    04 67 TTTT         target
    05 92 VV           valve, %
    06 00 UU           0 installed, 1 taken off
    07 00 WW           1 an open window was noticed
    08 E5 CC           result of a calibration
    09 90 SSSS         stroke of the motor, 0B 90 its position, uint16
    0A 00 FF           1 protects against frost

Source: https://github.com/Milesight-IoT/SensorDecoders (WT101).
"""

from decoders.kit import Record, u8, u16
from decoders.milesight._records import air, milesight, state

DECODER = milesight(
    "WT101",
    {
        0x0367: Record(2, (air(),)),
        0x0467: Record(2, (air(quantity="target_temperature"),)),
        0x0592: Record(1, (u8(0, "valve_position", "%"),)),
        0x0600: Record(1, (state(0, "tamper"),)),
        0x0700: Record(1, (state(0, "window_open"),)),
        0x08E5: Record(1),
        0x0990: Record(2, (u16(0, "analog_value", "1", channel="stroke"),)),
        0x0A00: Record(1, (state(0, "freezing"),)),
        0x0B90: Record(2, (u16(0, "analog_value", "1", channel="position"),)),
    },
    ttn=("wt101",),
)
