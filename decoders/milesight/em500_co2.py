"""Milesight EM500-CO2: carbon dioxide, air temperature, humidity, pressure.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB             battery, %
    03 67 TTTT           int16, 0.1 degC
    04 68 HH             0.5 %RH
    05 7D CCCC           uint16, ppm
    06 73 PPPP           uint16, 0.1 hPa
    83 D7 TTTT CCCC AA   temperature, its change (int16, 0.01 degC), alarm
    20 CE ssssssss CCCC PPPP TTTT HH   stored sample with its time (u32, s since 1970)

Source: https://github.com/Milesight-IoT/SensorDecoders (EM500-CO2).
"""

from decoders.kit import Record
from decoders.milesight._records import CLIMATE, LEAP, air, milesight, moist, sample, word

DECODER = milesight(
    "EM500-CO2",
    {
        **CLIMATE,
        0x057D: Record(2, (word(0, "co2", "[ppm]"),)),
        0x0673: Record(2, (word(0, "air_pressure", "hPa", div=10),)),
        0x83D7: LEAP,
        0x20CE: sample(word(4, "co2", "[ppm]"), word(6, "air_pressure", "hPa", div=10), air(8), moist(10), size=11),
    },
    ttn=("em500-co2",),
)
