"""Milesight EM500-PT100: temperature of a PT100 probe.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB           battery, %
    03 67 TTTT         int16, 0.1 degC
    83 D7 TTTT CCCC AA   temperature, its change (int16, 0.01 degC), alarm
    20 CE ssssssss TTTT  stored sample with its time (u32, s since 1970)

Source: https://github.com/Milesight-IoT/SensorDecoders (EM500-PT100).
"""

from decoders.kit import Record
from decoders.milesight._records import air, leap, milesight, sample

DECODER = milesight(
    "EM500-PT100",
    {
        0x0367: Record(2, (air(quantity="process_temperature"),)),
        0x83D7: leap("process_temperature"),
        0x20CE: sample(air(4, quantity="process_temperature"), size=6),
    },
    ttn=("em500-pt100",),
)
