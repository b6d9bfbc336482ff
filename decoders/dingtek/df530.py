"""Dingtek DF530: liquid level in tanks (ultrasonic from below).

fPort 3, see `_frames`:

    17 bytes                  25 bytes
    5-6 depth, mm             5-6 depth, mm
    8 temperature, degC       8-11 longitude, 12-15 latitude (float, little-endian)
    11 empty (high half)      16 temperature, degC
    12 battery low (low half) 19 empty, 20 battery low

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/dingtek/df530-codec.yaml), facts only.
"""

from decoders.dingtek._frames import alarm, data, dingtek, position, settings, temperature
from decoders.kit import u16

DECODER = dingtek(
    "DF530",
    data(
        17,
        u16(5, "liquid_depth", "mm"),
        temperature(),
        alarm(11, "high", channel="empty"),
        alarm(12, "low", "battery_low"),
    ),
    data(
        25,
        u16(5, "liquid_depth", "mm"),
        *position(8),
        temperature(16),
        alarm(19, "high", channel="empty"),
        alarm(20, "low", "battery_low"),
    ),
    settings(25),
)
