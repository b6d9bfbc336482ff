"""Dingtek DF555: fuel tank level (ultrasonic from above).

fPort 3, see `_frames`:

    17 bytes                  25 bytes
    5-6 distance, mm          5-6 distance, mm
    8 temperature, degC       8-11 longitude, 12-15 latitude (float, little-endian)
    11 level (high half)      16 temperature, degC
    12 battery low (low half) 19 level, 20 battery low

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/dingtek/df555-codec.yaml), facts only.
"""

from decoders.dingtek._frames import alarm, data, dingtek, distance, position, settings, temperature

DECODER = dingtek(
    "DF555",
    data(17, distance(), temperature(), alarm(11, "high", channel="level"), alarm(12, "low", "battery_low")),
    data(
        25,
        distance(),
        *position(8),
        temperature(16),
        alarm(19, "high", channel="level"),
        alarm(20, "low", "battery_low"),
    ),
    settings(17),
)
