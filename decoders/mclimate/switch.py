"""MClimate 16ADS and 16ASPM: relays for 16 A, the latter with a meter.

Any fPort, big-endian:

    16ADS:  01 TT SS                              T: degC (in the housing); S: relay
    16ASPM: 01 TT EEEEEEEE PPPP UU IIII SS        E: Wh; P: W; U: V; I: mA

Source: see `_frames`; the published examples.
"""

from decoders.kit import NONZERO, Frame, i8, u8, u16, u32
from decoders.mclimate._frames import KEEP_ALIVE, mclimate

DECODERS = (
    mclimate(
        "16ADS",
        "switch-16ads",
        Frame(
            length=3,
            when=KEEP_ALIVE,
            fields=(i8(1, "internal_temperature", "Cel"), u8(2, "relay", "1", table=NONZERO)),
        ),
        ttn=("16ads",),
    ),
    mclimate(
        "16ASPM",
        "switch-16aspm",
        Frame(
            length=12,
            when=KEEP_ALIVE,
            fields=(
                i8(1, "internal_temperature", "Cel"),
                u32(2, "energy", "kW.h", div=1000),
                u16(6, "power", "W"),
                u8(8, "voltage", "V"),
                u16(9, "current", "A", div=1000),
                u8(11, "relay", "1", table=NONZERO),
            ),
        ),
        ttn=("16aspm",),
    ),
)
