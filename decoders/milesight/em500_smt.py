"""Milesight EM500-SMT: soil moisture, temperature, electrical conductivity.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB             battery, %
    03 67 TTTT           int16, 0.1 degC
    04 68 MM             0.5 % (older firmware)
    04 CA MMMM           uint16, 0.01 %
    05 7F CCCC           uint16, uS/cm
    83 D7 TTTT CCCC AA   temperature, its change (int16, 0.01 degC), alarm
    20 CE ssssssss CCCC TTTT MMMM   stored sample with its time (u32, s since 1970)

Source: https://github.com/Milesight-IoT/SensorDecoders (EM500-SMT).
"""

from decoders.kit import Record, u8
from decoders.milesight._records import WET, air, leap, milesight, sample, word

RECORDS = {
    0x0367: Record(2, (air(quantity="soil_temperature"),)),
    0x04CA: Record(2, (word(0, "soil_moisture", "%", div=100),)),
    0x0468: Record(1, (u8(0, "soil_moisture", "%", div=2, missing=WET),)),
    0x057F: Record(2, (word(0, "electrical_conductivity", "uS/cm"),)),
    0x83D7: leap("soil_temperature"),
    0x20CE: sample(
        word(4, "electrical_conductivity", "uS/cm"),
        air(6, quantity="soil_temperature"),
        word(8, "soil_moisture", "%", div=100),
        size=10,
    ),
}

DECODER = milesight("EM500-SMT", RECORDS, ttn=("em500-smt",))
