"""uRADMonitor model A3: air quality indoors and out.

Any fPort, 32 bytes, big-endian: the values of `_air` from byte 10 on, then `KKKK FFFF OOOO 1111 2222 AAAA CC`: CO2
(ppm), formaldehyde (ppb), ozone (ppb), PM1, PM2.5, PM10 (ug/m3).

Source: see `_air`.
"""

from decoders.kit import Frame, u16
from decoders.uradmonitor._air import air, uradmonitor

DECODER = uradmonitor(
    "MODEL A3",
    "a3",
    Frame(
        length=32,
        fields=(
            *air(10),
            u16(19, "co2", "[ppm]"),
            u16(21, "formaldehyde", "[ppb]"),
            u16(23, "o3", "[ppb]"),
            u16(25, "pm1", "ug/m3"),
            u16(27, "pm2_5", "ug/m3"),
            u16(29, "pm10", "ug/m3"),
        ),
    ),
)
