"""MCCI Model 4841: particles, volatile organic compounds and climate.

    port 1 and 5, formats 20 (with barometer) and 21 (without): flags for battery, system, bus, boots, climate,
    particles (on port 5 led by VOC), particle counts, VOC (on port 1)

The air quality index that the maker's codec works out from the particles is not given: it follows from them.

Source: https://github.com/TheThingsNetwork/lorawan-devices (mcci/codec-model4841.js), facts only.
"""

from decoders.kit import Function
from decoders.mcci._flags import BATTERY, BOOTS, BUS, SYSTEM, Section, climate, half, mcci, message, number, several

SIZES = ("0.3", "0.5", "1.0", "2.5", "5", "10")


def scaled(raw: int) -> float:
    """Particles come as shares of 65536."""
    return half(raw) * 65536


VOC = number(2, "tvoc_ppb", "[ppb]")
MASSES = several(*(number(2, quantity, "ug/m3", value=scaled) for quantity in ("pm1", "pm2_5", "pm10")))
COUNTS = several(*(number(2, "particle_count", channel=size, value=scaled) for size in SIZES))


def layout(port: int, format_: int) -> Function:
    """One port and format."""
    air = climate(pressure=format_ == 0x20, fine=True, heat=True)
    blocks = {
        0: BATTERY,
        1: SYSTEM,
        2: BUS,
        3: BOOTS,
        4: air,
        5: several(VOC, MASSES) if port == 5 else MASSES,
        6: COUNTS,
    }
    if port == 1:
        blocks[7] = VOC
    return message(port, Section(blocks), format_=format_)


DECODER = mcci(
    "Model 4841",
    "model4841",
    tuple(layout(port, format_) for port in (1, 5) for format_ in (0x20, 0x21)),
    ("model4841", "codec-model4841"),
)
