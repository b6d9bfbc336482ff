"""Milesight VS133: people over lines and in zones, by time-of-flight camera.

Records of channel, type, data (little-endian), usually on fPort 85:

    the records of decoders/milesight/_lines.py

Source: https://github.com/Milesight-IoT/SensorDecoders (VS133).
"""

from decoders.milesight._lines import LINES
from decoders.milesight._records import milesight

DECODER = milesight("VS133", LINES, ttn=("vs133", "vs133-p"), chirpstack=("VS133-P",))
