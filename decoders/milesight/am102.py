"""Milesight AM102: indoor temperature and humidity.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB           battery, %
    03 67 TTTT         int16, 0.1 degC
    04 68 HH           0.5 %RH
    20 CE ssssssss TTTT HH   stored sample with its time (u32, s since 1970)

Source: https://github.com/Milesight-IoT/SensorDecoders (AM102). AM102L alike.
"""

from decoders.milesight._records import CLIMATE, air, milesight, moist, sample

DECODER = milesight(
    "AM102", {**CLIMATE, 0x20CE: sample(air(4), moist(6), size=7)}, ttn=("am102", "am102l"), chirpstack=("AM102L",)
)
