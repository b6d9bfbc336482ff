"""Milesight WS51X: wall sockets WS513, WS515.

Records of channel, type, data (little-endian), usually on fPort 85:

    08 70 SS             bit 0: on
    09 67 TTTT           int16, 0.1 degC, within the socket
    89 67 TTTT AA        temperature; 1 threshold, 2 overheated
    99 67 TTTT CCCC AA   temperature, its change (int16, 0.1 degC), alarm
    03 74, 04 80, 05 81, 06 83, 07 C9   the mains: see decoders/milesight/_mains.py

Source: https://github.com/Milesight-IoT/SensorDecoders (WS51X).
"""

from decoders.kit import Record, flag, i16
from decoders.milesight._mains import MAINS
from decoders.milesight._records import air, milesight, state

WARM = air(quantity="internal_temperature")

DECODER = milesight(
    "WS51X",
    {
        **MAINS,
        0x0870: Record(1, (flag(0, 0, "relay"),)),
        0x0967: Record(2, (WARM,)),
        0x8967: Record(3, (WARM, state(2, "alarm", channel="temperature"))),
        0x9967: Record(5, (WARM, i16(2, "temperature_change", "K", div=10), state(4, "alarm", channel="temperature"))),
    },
    ttn=("ws513", "ws515", "ws51x"),
    chirpstack=("WS513", "WS515"),
)
