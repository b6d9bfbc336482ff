"""Milesight EM320-TH: air temperature and humidity.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB           battery, %
    03 67 TTTT         int16, 0.1 degC
    04 68 HH           0.5 %RH
    20 CE ssssssss TTTT HH      stored sample with its time (u32, s since 1970)

Source: https://github.com/Milesight-IoT/SensorDecoders (EM320-TH).
"""

from decoders.milesight._records import CLIMATE, air, milesight, moist, sample

DECODER = milesight("EM320-TH", {**CLIMATE, 0x20CE: sample(air(4), moist(6), size=7)}, ttn=("em320-th",))
