"""Milesight EM300-ZLD: air temperature, humidity, water leak along a rope.

Its records are those of the EM300-SLD: see `em300_sld`.

Source: https://github.com/Milesight-IoT/SensorDecoders (EM300-ZLD).
"""

from decoders.milesight._records import milesight
from decoders.milesight.em300_sld import RECORDS

DECODER = milesight("EM300-ZLD", RECORDS, ttn=("em300-zld",))
