"""Dingtek DC410: waste bin level (ultrasonic), small.

fPort 3, see `_frames`:

    5-6 distance, mm        9 sign of the angle (low half), 10 angle, deg    12 moved, battery low (halves)
    8 temperature, degC     11 full (high half)

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/dingtek/dc410-codec.yaml), facts only.
"""

from decoders.dingtek._bins import plain
from decoders.dingtek._frames import dingtek, settings

DECODER = dingtek("DC410", plain("moving", fire=False), settings(25))
