"""Milesight EM500-UDL: ultrasonic distance.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB           battery, %
    03 82 DDDD         uint16, mm; FFFF: reading failed, FFFD: out of range
    20 CE ssssssss DDDD  stored sample with its time (u32, s since 1970)

Source: https://github.com/Milesight-IoT/SensorDecoders (EM500-UDL).
"""

from decoders.kit import Record
from decoders.milesight._records import milesight, sample, word

DECODER = milesight(
    "EM500-UDL",
    {0x0382: Record(2, (word(0, "distance", "mm"),)), 0x20CE: sample(word(4, "distance", "mm"), size=6)},
    ttn=("em500-udl", "em500-udl-w050", "em500-udl-c050", "em500-udl-c100"),
)
