"""Dingtek DF701: waste container level (long range).

fPort 3, see `_frames`:

    5-6 distance, mm        12 battery low (low half)
    11 full (high half)     13-14 battery, 0.01 V

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/dingtek/df701-codec.yaml), facts only.
"""

from decoders.dingtek._frames import alarm, battery, data, dingtek, distance, settings

DECODER = dingtek(
    "DF701",
    data(18, distance(), alarm(11, "high", channel="full"), alarm(12, "low", "battery_low"), battery(13)),
    settings(12),
)
