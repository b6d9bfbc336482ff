"""Milesight EM300-SLD: air temperature, humidity, water leak at a spot.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB           battery, %
    03 67 TTTT         int16, 0.1 degC
    04 68 HH           0.5 %RH
    05 00 LL           0 dry, 1 leak
    20 CE ssssssss TTTT HH LL   stored sample with its time (u32, s since 1970)

Source: https://github.com/Milesight-IoT/SensorDecoders (EM300-SLD).
"""

from decoders.kit import Record
from decoders.milesight._records import CLIMATE, air, milesight, moist, sample, state

RECORDS = {
    **CLIMATE,
    0x0500: Record(1, (state(0, "leak"),)),
    0x20CE: sample(air(4), moist(6), state(7, "leak"), size=8),
}

DECODER = milesight("EM300-SLD", RECORDS, ttn=("em300-sld",))
