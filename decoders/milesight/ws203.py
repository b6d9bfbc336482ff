"""Milesight WS203: motion, temperature, humidity.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB           battery, %
    03 67 TTTT         int16, 0.1 degC
    04 68 HH           0.5 %RH
    05 00 OO           0 vacant, 1 occupied
    83 67 TTTT AA      temperature and alarm
    20 CE ssssssss RR OO TTTT HH   stored sample with its time (u32, s since 1970) and why it was taken

Source: https://github.com/Milesight-IoT/SensorDecoders (WS203).
"""

from decoders.kit import Record
from decoders.milesight._records import CLIMATE, air, milesight, moist, sample, state

DECODER = milesight(
    "WS203",
    {
        **CLIMATE,
        0x0500: Record(1, (state(0, "occupied"),)),
        0x8367: Record(3, (air(), state(2, "alarm"))),
        0x20CE: sample(state(5, "occupied"), air(6), moist(8), size=9),
    },
    ttn=("ws203",),
)
