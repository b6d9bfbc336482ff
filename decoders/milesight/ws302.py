"""Milesight WS302: sound level meter.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB                     battery, %
    05 5B WW LLLL EEEE MMMM      W: bits 1..0 frequency weighting (0 Z, 1 A, 2 C), bits 3..2 time weighting
                                 (0 impulse, 1 fast, 2 slow); level now, equivalent level, maximum, uint16, 0.1 dB

Only A-weighted values are levels in dB(A). Levels with weighting C or Z are given under quantities of their own. The
time weighting of the level now and of the maximum is their channel ("impulse", "fast", "slow").

Source: https://github.com/Milesight-IoT/SensorDecoders (WS302).
"""

from decoders.kit import Field, Record, When, u16
from decoders.milesight._records import milesight

_FREQUENCY = {0: ("z", "dB"), 1: ("a", "dB(A)"), 2: ("c", "dB")}
_TIME = {0: "impulse", 1: "fast", 2: "slow"}


def _levels() -> tuple[Field, ...]:
    fields = []
    for code, (letter, unit) in _FREQUENCY.items():
        weighting = When(at=(0, 0), width=2, equals=code)
        name = f"sound_level_{letter}"
        for pace, channel in _TIME.items():
            both = (weighting, When(at=(0, 2), width=2, equals=pace))
            fields.append(u16(1, name, unit, div=10, channel=channel, when=both))
            fields.append(u16(5, f"{name}_max", unit, div=10, channel=channel, when=both))
        fields.append(u16(3, f"{name}_eq", unit, div=10, when=weighting))
    return tuple(fields)


DECODER = milesight("WS302", {0x055B: Record(7, _levels())}, ttn=("ws302",))
