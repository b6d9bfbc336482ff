"""Milesight AM308: indoor air: as AM307, with particulate matter.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75, 03 67, 04 68, 05 00, 06 CB, 07 7D, 08 7D, 08 E6, 09 73, 0E 01, 20 CE, 21 CE: see decoders/milesight/_am300.py
    0B 7D PPPP, 0C 7D PPPP    uint16, ug/m3 PM2.5, PM10

Source: https://github.com/Milesight-IoT/SensorDecoders (AM308). AM308L alike.
"""

from decoders.milesight._am300 import DUST, PM2_5, PM10, records
from decoders.milesight._records import milesight

DECODER = milesight(
    "AM308", {**records(20, *DUST), 0x0B7D: PM2_5, 0x0C7D: PM10}, ttn=("am308", "am308l"), chirpstack=("AM308L",)
)
