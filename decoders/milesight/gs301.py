"""Milesight GS301: bathroom odour: ammonia, hydrogen sulfide.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB           battery, %
    02 67 TTTT         int16, 0.1 degC
    03 68 HH           0.5 %RH
    04 7D NNNN         uint16, 0.01 ppm ammonia; FFFE: polarizing, FFFF: failed
    05 7D SSSS         uint16, 0.01 ppm hydrogen sulfide
    06 7D SSSS         uint16, 0.001 ppm hydrogen sulfide (firmware 1.2 and later)
    07 EA ii tt VVVV rr    result of a calibration
    FF 7C              number of the sensor, 43 bytes

Source: https://github.com/Milesight-IoT/SensorDecoders (GS301).
"""

from decoders.kit import Record
from decoders.milesight._records import air, milesight, moist, word

DECODER = milesight(
    "GS301",
    {
        0x0267: Record(2, (air(),)),
        0x0368: Record(1, (moist(),)),
        0x047D: Record(2, (word(0, "ammonia", "[ppm]", div=100),)),
        0x067D: Record(2, (word(0, "hydrogen_sulfide", "[ppm]", div=1000),)),
        0x057D: Record(2, (word(0, "hydrogen_sulfide", "[ppm]", div=100),)),
        0x07EA: Record(5),
        0xFF7C: Record(43),
    },
    ttn=("gs301",),
    lengths={0x66: 2, 0x2F: 1, 0x3E: 1, 0x7D: 1, 0x8D: 6},
)
