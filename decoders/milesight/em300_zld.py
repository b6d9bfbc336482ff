"""Milesight EM300-ZLD: air temperature, humidity, water leak along a rope.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB           battery, %
    03 67 TTTT         int16, 0.1 degC
    04 68 HH           0.5 %RH
    05 00 LL           0 dry, 1 leak
    20 CE ssssssss TTTT HH LL   stored sample with its time (u32, s since 1970)

Source: https://github.com/Milesight-IoT/SensorDecoders (EM300-ZLD).
"""

from decoders.milesight._records import milesight
from decoders.milesight.em300_sld import RECORDS

DECODER = milesight("EM300-ZLD", RECORDS, ttn=("em300-zld",))
