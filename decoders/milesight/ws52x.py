"""Milesight WS52X: sockets WS522, WS523, WS525.

Records of channel, type, data (little-endian), usually on fPort 85:

    08 70 SS             bit 0: on
    03 74, 04 80, 05 81, 06 83, 07 C9   the mains: see decoders/milesight/_mains.py

Source: https://github.com/Milesight-IoT/SensorDecoders (WS52X).
"""

from decoders.kit import Record, flag
from decoders.milesight._mains import MAINS
from decoders.milesight._records import milesight

DECODER = milesight(
    "WS52X",
    {**MAINS, 0x0870: Record(1, (flag(0, 0, "relay"),))},
    ttn=("ws522", "ws523", "ws525", "ws52x"),
    chirpstack=("WS522", "WS523", "WS525"),
)
