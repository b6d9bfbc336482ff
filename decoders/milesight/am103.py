"""Milesight AM103: indoor temperature, humidity, carbon dioxide.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB           battery, %
    03 67 TTTT         int16, 0.1 degC
    04 68 HH           0.5 %RH
    07 7D CCCC         uint16, ppm
    20 CE ssssssss TTTT HH CCCC   stored sample with its time (u32, s since 1970)

Source: https://github.com/Milesight-IoT/SensorDecoders (AM103). AM103L alike.
"""

from decoders.kit import Record
from decoders.milesight._records import CLIMATE, air, milesight, moist, sample, word

DECODER = milesight(
    "AM103",
    {
        **CLIMATE,
        0x077D: Record(2, (word(0, "co2", "[ppm]"),)),
        0x20CE: sample(air(4), moist(6), word(7, "co2", "[ppm]"), size=9),
    },
    ttn=("am103", "am103l", "am103_am103l", "am103am103l"),
    chirpstack=("AM103L",),
)
