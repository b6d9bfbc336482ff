"""Milesight EM400-MUD: multifunctional ultrasonic distance, temperature, position.

Its records are those of the EM400-UDL: see `em400_udl`.

Source: https://github.com/Milesight-IoT/SensorDecoders (EM400-MUD).
"""

from decoders.milesight._records import milesight
from decoders.milesight.em400_udl import RECORDS

DECODER = milesight("EM400-MUD", RECORDS, ttn=("em400-mud",))
