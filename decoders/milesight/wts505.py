"""Milesight WTS505: weather: temperature, humidity, wind, pressure, rain.

Records of channel, type, data (little-endian), usually on fPort 85:

    the records of decoders/milesight/_weather.py

Source: https://github.com/Milesight-IoT/SensorDecoders (WTS505).
"""

from decoders.milesight._records import milesight
from decoders.milesight._weather import WEATHER

DECODER = milesight("WTS505", WEATHER, ttn=("wts505",))
