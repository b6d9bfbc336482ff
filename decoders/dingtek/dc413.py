"""Dingtek DC413: waste bin level (ultrasonic) with tilt.

Frames as in `_bins`, without position and fire; the movement is a fall.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/dingtek/dc413-codec.yaml), facts only.
"""

from decoders.dingtek._bins import plain
from decoders.dingtek._frames import dingtek, settings

DECODER = dingtek("DC413", plain("fall", fire=False), settings(25))
