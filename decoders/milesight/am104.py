"""Milesight AM104: indoor temperature, humidity, activity, light.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB                  battery, %
    03 67 TTTT                int16, 0.1 degC
    04 68 HH                  0.5 %RH
    05 6A AAAA                uint16, activity
    06 65 LLLL VVVV IIII      uint16, lx; visible and infrared light, infrared light

Source: https://github.com/Milesight-IoT/SensorDecoders (AM104).
"""

from decoders.milesight._records import milesight
from decoders.milesight.am107 import RECORDS

DECODER = milesight("AM104", {id_: RECORDS[id_] for id_ in (0x0367, 0x0468, 0x056A, 0x0665)}, ttn=("am104",))
