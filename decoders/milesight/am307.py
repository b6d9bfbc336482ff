"""Milesight AM307: indoor temperature, humidity, motion, light, carbon dioxide, TVOC, pressure.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75, 03 67, 04 68, 05 00, 06 CB, 07 7D, 08 7D, 08 E6, 09 73, 0E 01, 20 CE, 21 CE: see decoders/milesight/_am300.py

Source: https://github.com/Milesight-IoT/SensorDecoders (AM307). AM307L alike.
"""

from decoders.milesight._am300 import records
from decoders.milesight._records import milesight

DECODER = milesight("AM307", records(16), ttn=("am307", "am307l"), chirpstack=("AM307L", "AM300"))
