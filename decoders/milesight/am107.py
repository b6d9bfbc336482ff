"""Milesight AM107: indoor temperature, humidity, activity, light, carbon dioxide, TVOC, pressure.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB                  battery, %
    03 67 TTTT                int16, 0.1 degC
    04 68 HH                  0.5 %RH
    05 6A AAAA                uint16, activity
    06 65 LLLL VVVV IIII      uint16, lx; visible and infrared light, infrared light
    07 7D CCCC                uint16, ppm
    08 7D OOOO                uint16, ppb
    09 73 PPPP                uint16, 0.1 hPa

Source: https://github.com/Milesight-IoT/SensorDecoders (AM107).
"""

from decoders.kit import Record, u16
from decoders.milesight._records import CLIMATE, milesight, word

RECORDS = {
    **CLIMATE,
    0x056A: Record(2, (u16(0, "activity", "1"),)),
    0x0665: Record(
        6,
        (
            u16(0, "illuminance", "lx"),
            u16(2, "infrared_light", "1", channel="with visible"),
            u16(4, "infrared_light", "1"),
        ),
    ),
    0x077D: Record(2, (word(0, "co2", "[ppm]"),)),
    0x087D: Record(2, (word(0, "tvoc_ppb", "[ppb]"),)),
    0x0973: Record(2, (word(0, "air_pressure", "hPa", div=10),)),
}
"""What the first AM100 models have in common."""

DECODER = milesight("AM107", RECORDS, ttn=("am107",), chirpstack=("AM100", "AM102 v1"))
