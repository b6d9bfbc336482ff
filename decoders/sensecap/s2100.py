"""Seeed SenseCAP S2100: data logger (RS-485, analogue and pulse inputs).

Any fPort, records of the second generation, see `_gen2`:

30, 31, 33, 32: two values of the numbers in the halves of the first data byte; 35 to 38: those that passed a threshold;
03, 04, 39: battery; 40 to 42: sensors of the kit.

Source: https://github.com/Seeed-Solution/SenseCAP-Decoder (S2100), facts only.
"""

from decoders.kit import Decoder
from decoders.sensecap import _gen1, _gen2

TTN = (
    "sensecap2100",
    "sensecaps2100-data-logger",
    "s2100",
)

DECODER = Decoder(
    id="sensecap-s2100",
    vendor="Seeed SenseCAP",
    model="S2100",
    source="https://github.com/Seeed-Solution/SenseCAP-Decoder (S2100)",
    layouts=(_gen1.AMONG_OTHERS, _gen2.LAYOUT),
    identifiers={"ttn": tuple(f"sensecap/{name}" for name in TTN), "chirpstack": ("S2100", "SenseCAP S2100")},
)
