"""Milesight WS50X: wall switches WS501, WS502, WS503.

Records of channel, type, data (little-endian), usually on fPort 85:

    FF 29 SS, 08 29 SS   bits 0..2 switch 1..3 is on; bits 4..6: it was changed
    03 74, 04 80, 05 81, 06 83, 07 C9   the mains: see decoders/milesight/_mains.py

Source: https://github.com/Milesight-IoT/SensorDecoders (WS50X).
"""

from decoders.kit import Record, flag
from decoders.milesight._mains import MAINS
from decoders.milesight._records import milesight

SWITCHES = Record(1, tuple(flag(0, n, "relay", channel=str(n + 1)) for n in range(3)))

DECODER = milesight(
    "WS50X",
    {**MAINS, 0x0829: SWITCHES, 0xFF29: SWITCHES},
    ttn=("ws501", "ws502", "ws503", "ws50x"),
    chirpstack=("WS501", "WS502", "WS503"),
)
