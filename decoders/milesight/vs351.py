"""Milesight VS351: people in a passage, by thermopile.

Its records are those of the VS350: see `vs350`.

Source: https://github.com/Milesight-IoT/SensorDecoders (VS351).
"""

from decoders.milesight._records import milesight
from decoders.milesight.vs350 import RECORDS

DECODER = milesight("VS351", RECORDS, ttn=("vs351",))
