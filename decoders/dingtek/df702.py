"""Dingtek DF702: waste bin level (ultrasonic) with tilt and fire, position only when switched on.

fPort 3, see `_frames`:

    17 bytes                  25 bytes
    5-6 distance, mm          5-6 distance, mm
    8 temperature, degC       8-11 longitude, 12-15 latitude (float, little-endian)
    9-10 angle                16 temperature, degC
    11 full, fire (halves)    17-18 angle
    12 tilted, battery (halves)  19 full, fire (halves), 20 tilted, battery (halves)

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/dingtek/df702-codec.yaml), facts only.
"""

from decoders.dingtek._frames import alarm, angle, data, dingtek, distance, position, settings, temperature

DECODER = dingtek(
    "DF702",
    data(
        17,
        distance(),
        temperature(),
        angle(9),
        alarm(11, "high", channel="full"),
        alarm(11, "low", "fire"),
        alarm(12, "high", "tilted"),
        alarm(12, "low", "battery_low"),
    ),
    data(
        25,
        distance(),
        *position(8),
        temperature(16),
        angle(17),
        alarm(19, "high", channel="full"),
        alarm(19, "low", "fire"),
        alarm(20, "high", "tilted"),
        alarm(20, "low", "battery_low"),
    ),
    settings(25),
)
