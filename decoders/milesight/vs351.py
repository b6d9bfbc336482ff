"""Milesight VS351: people in a passage, by thermopile.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB           battery, %
    03 67 TTTT         int16, 0.1 degC
    83 67 TTTT AA      temperature; 0 and 4 over, 1 threshold, 3 too hot to count
    04 CC, 05 CC, 84 CC, 85 CC, 20 CE   counts: see decoders/milesight/_passing.py

Source: https://github.com/Milesight-IoT/SensorDecoders (VS351).
"""

from decoders.milesight._records import milesight
from decoders.milesight.vs350 import RECORDS

DECODER = milesight("VS351", RECORDS, ttn=("vs351",))
