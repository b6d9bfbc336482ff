"""Dingtek DF702: waste bin level (ultrasonic) with tilt and fire, position only when switched on.

Frames as in `_bins`; the movement is a tilt.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/dingtek/df702-codec.yaml), facts only.
"""

from decoders.dingtek._bins import located, plain
from decoders.dingtek._frames import dingtek, settings

DECODER = dingtek("DF702", plain("tilted", fire=True), located("tilted", fire=True), settings(25))
