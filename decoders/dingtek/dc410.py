"""Dingtek DC410: waste bin level (ultrasonic), small.

Frames as in `_bins`, without position and fire; the movement is a move.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/dingtek/dc410-codec.yaml), facts only.
"""

from decoders.dingtek._bins import plain
from decoders.dingtek._frames import dingtek, settings

DECODER = dingtek("DC410", plain("moving", fire=False), settings(25))
