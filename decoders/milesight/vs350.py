"""Milesight VS350: people in a passage, by thermopile.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB           battery, %
    03 67 TTTT         int16, 0.1 degC
    83 67 TTTT AA      temperature; 0 and 4 over, 1 threshold, 3 too hot to count
    04 CC, 05 CC, 84 CC, 85 CC, 20 CE   counts: see decoders/milesight/_passing.py

Source: https://github.com/Milesight-IoT/SensorDecoders (VS350).
"""

from decoders.kit import Record
from decoders.milesight._passing import PASSING
from decoders.milesight._records import air, milesight, state

RECORDS = {
    **PASSING,
    0x0367: Record(2, (air(),)),
    0x8367: Record(3, (air(), state(2, "alarm", channel="temperature", table={0: 0, 1: 1, 3: 1, 4: 0}))),
}

DECODER = milesight("VS350", RECORDS, ttn=("vs350",))
