"""Milesight EM500-SMTC: soil moisture, temperature, electrical conductivity.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB             battery, %
    03 67 TTTT           int16, 0.1 degC
    04 68 MM             0.5 % (older firmware)
    04 CA MMMM           uint16, 0.01 %
    05 7F CCCC           uint16, uS/cm
    83 D7 TTTT CCCC AA   temperature, its change (int16, 0.01 degC), alarm
    20 CE ssssssss CCCC TTTT MMMM   stored sample with its time (u32, s since 1970)

Source: https://github.com/Milesight-IoT/SensorDecoders (EM500-SMTC).
"""

from decoders.milesight._records import milesight
from decoders.milesight.em500_smt import RECORDS

DECODER = milesight("EM500-SMTC", RECORDS, ttn=("em500-smtc",))
