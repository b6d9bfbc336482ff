"""Milesight EM400-MUD: multifunctional ultrasonic distance, temperature, position.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB             battery, %
    03 67 TTTT           int16, 0.1 degC
    04 82 DDDD           uint16, mm
    05 00 PP             position: 0 normal, 1 tilted
    06 88 LLLLLLLL OOOOOOOO SS   position (NB-IoT models), as with EM400-UDL
    83 67 TTTT AA        temperature and alarm
    84 82 DDDD AA        distance and alarm

Source: https://github.com/Milesight-IoT/SensorDecoders (EM400-MUD).
"""

from decoders.milesight._records import milesight
from decoders.milesight.em400_udl import RECORDS

DECODER = milesight("EM400-MUD", RECORDS, ttn=("em400-mud",))
