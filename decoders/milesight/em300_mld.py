"""Milesight EM300-MLD: water leak on a membrane.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB           battery, %
    05 00 LL           0 dry, 1 leak (06 00 in some firmware)
    20 CE ssssssss .... .. LL   stored sample with its time (u32, s since 1970)

Source: https://github.com/Milesight-IoT/SensorDecoders (EM300-MLD).
"""

from decoders.kit import Record
from decoders.milesight._records import milesight, sample, state

DECODER = milesight(
    "EM300-MLD",
    {
        0x0500: Record(1, (state(0, "leak"),)),
        0x0600: Record(1, (state(0, "leak"),)),
        0x20CE: sample(state(7, "leak"), size=8),
    },
    ttn=("em300-mld",),
)
