"""Milesight EM300-TH: air temperature and humidity.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB           battery, %
    03 67 TTTT         int16, 0.1 degC
    04 68 HH           0.5 %RH
    20 CE ssssssss TTTT HH 00   stored sample with its time (u32, s since 1970)

Source: https://github.com/Milesight-IoT/SensorDecoders (EM300-TH).
"""

from decoders.kit import Record, i16, u8
from decoders.milesight._records import milesight, sample

TEMPERATURE = i16(0, "air_temperature", "Cel", div=10)
HUMIDITY = u8(0, "relative_humidity", "%", div=2)
SAMPLE = (i16(4, "air_temperature", "Cel", div=10), u8(6, "relative_humidity", "%", div=2))

DECODER = milesight(
    "EM300-TH",
    {
        0x0367: Record(2, (TEMPERATURE,)),
        0x0468: Record(1, (HUMIDITY,)),
        0x20CE: sample(*SAMPLE, size=8),
    },
    ttn=("em300-th",),
)
