"""Milesight EM300-MCS: air temperature, humidity, door contact.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB           battery, %
    03 67 TTTT         int16, 0.1 degC
    04 68 HH           0.5 %RH
    06 00 DD           contact: 0 closed, 1 open
    20 CE ssssssss TTTT HH DD   stored sample with its time (u32, s since 1970)

Source: https://github.com/Milesight-IoT/SensorDecoders (EM300-MCS).
"""

from decoders.kit import Record
from decoders.milesight._records import CLIMATE, air, milesight, moist, sample, state

DECODER = milesight(
    "EM300-MCS",
    {
        **CLIMATE,
        0x0600: Record(1, (state(0, "contact"),)),
        0x20CE: sample(air(4), moist(6), state(7, "contact"), size=8),
    },
    ttn=("em300-mcs",),
)
