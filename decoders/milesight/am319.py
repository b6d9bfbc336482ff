"""Milesight AM319: indoor air: as AM308, with formaldehyde or ozone.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75, 03 67, 04 68, 05 00, 06 CB, 07 7D, 08 7D, 08 E6, 09 73, 0E 01, 20 CE, 21 CE: see decoders/milesight/_am300.py
    0A 7D, 0B 7D, 0C 7D, 0D 7D    uint16, formaldehyde, PM2.5, PM10, ozone

Source: https://github.com/Milesight-IoT/SensorDecoders (AM319). AM319L alike.
"""

from decoders.milesight._am300 import DUST, FORMALDEHYDE, OZONE, PM2_5, PM10, records
from decoders.milesight._records import milesight, word

GASES = {0x0A7D: FORMALDEHYDE, 0x0B7D: PM2_5, 0x0C7D: PM10, 0x0D7D: OZONE}

DECODERS = (
    milesight(
        "AM319",
        {**records(22, *DUST, word(20, "formaldehyde", "mg/m3", div=100)), **GASES},
        ttn=("am319", "am319l", "am319-hcho", "am319l-hcho"),
        chirpstack=("AM319L", "AM319-HCHO"),
    ),
    milesight(
        "AM319-O3",
        {**records(22, *DUST, word(20, "o3", "[ppm]", div=100)), **GASES},
        ttn=("am319-o3", "am319l-o3"),
        chirpstack=("AM319L-O3",),
    ),
)
