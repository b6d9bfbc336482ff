"""Milesight WS558: light controller with eight relays.

Records of channel, type, data (little-endian), usually on fPort 85:

    08 31 CC SS          relays that were changed, relays that are on (bit 0: relay 1)
    03 74, 04 80, 05 81, 06 83, 07 C9   the mains: see decoders/milesight/_mains.py

Source: https://github.com/Milesight-IoT/SensorDecoders (WS558).
"""

from decoders.kit import Record, flag
from decoders.milesight._mains import MAINS
from decoders.milesight._records import milesight

DECODER = milesight(
    "WS558",
    {**MAINS, 0x0831: Record(2, tuple(flag(1, n, "relay", channel=str(n + 1)) for n in range(8)))},
    ttn=("ws558", "ws558-ln", "ws558-sw"),
    chirpstack=("WS558-LN", "WS558-SW"),
)
