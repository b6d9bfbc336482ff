"""Talkpool OY1200: carbon dioxide, air temperature and humidity.

fPort 1, 12 bytes, big-endian: `.. .. RRRR FFFF TTTT HHHH .. ..`; R: CO2 as measured, F: filtered, ppm; T: 0.01 degC;
H: 0.01 %RH.
"""

from decoders.kit import Frame, i16, u16
from decoders.talkpool._values import talkpool

DECODER = talkpool(
    "OY1200",
    Frame(
        ports=1,
        length=12,
        fields=(
            u16(4, "co2", "[ppm]"),
            u16(2, "co2", "[ppm]", channel="unfiltered"),
            i16(6, "air_temperature", "Cel", div=100),
            u16(8, "relative_humidity", "%", div=100),
        ),
    ),
)
