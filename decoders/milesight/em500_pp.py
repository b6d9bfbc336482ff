"""Milesight EM500-PP: pressure in a pipe.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB           battery, %
    03 7B PPPP         int16, kPa

Source: https://github.com/Milesight-IoT/SensorDecoders (EM500-PP).
"""

from decoders.kit import Record, i16
from decoders.milesight._records import milesight

DECODER = milesight("EM500-PP", {0x037B: Record(2, (i16(0, "pressure", "kPa"),))}, ttn=("em500-pp",))
