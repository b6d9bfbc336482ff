"""Seeed SenseCAP S2120: weather station.

Any fPort, records of the second generation, see `_gen2`:

01 or 4A, 02 or 4B: temperature, humidity, light, UV, wind, rain, pressure; 4C: gust and rain in all; 03, 04: battery;
06: fault. Old firmware sends records of the first generation (see `_gen1`), which the checksum tells.

Source: https://github.com/Seeed-Solution/SenseCAP-Decoder (S2120), facts only.
"""

from decoders.kit import Decoder
from decoders.sensecap import _gen1, _gen2

TTN = (
    "sensecap2120-8-in-1",
    "sensecaps2120-8-in-1",
    "s2120",
)

DECODER = Decoder(
    id="sensecap-s2120",
    vendor="Seeed SenseCAP",
    model="S2120",
    source="https://github.com/Seeed-Solution/SenseCAP-Decoder (S2120)",
    layouts=(_gen1.AMONG_OTHERS, _gen2.LAYOUT),
    identifiers={"ttn": tuple(f"sensecap/{name}" for name in TTN), "chirpstack": ("S2120", "SenseCAP S2120")},
)
