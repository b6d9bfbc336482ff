"""Seeed SenseCAP S2107: three temperature probes.

Any fPort, records of the second generation, see `_gen2`:

46: temperatures with their time, 47: temperatures now, 48: state of the probes, 49: battery.

Source: https://github.com/Seeed-Solution/SenseCAP-Decoder (S2107), facts only.
"""

from decoders.kit import Decoder
from decoders.sensecap import _gen1, _gen2

TTN = ("s2107",)

DECODER = Decoder(
    id="sensecap-s2107",
    vendor="Seeed SenseCAP",
    model="S2107",
    source="https://github.com/Seeed-Solution/SenseCAP-Decoder (S2107)",
    layouts=(_gen1.AMONG_OTHERS, _gen2.LAYOUT),
    identifiers={"ttn": tuple(f"sensecap/{name}" for name in TTN), "chirpstack": ("S2107", "SenseCAP S2107")},
)
