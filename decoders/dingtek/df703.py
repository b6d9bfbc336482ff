"""Dingtek DF703: waste bin level (ultrasonic) with tilt and fire, position only when switched on.

Frames as in `_bins`; the movement is a fall.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/dingtek/df703-codec.yaml), facts only.
"""

from decoders.dingtek._bins import located, plain
from decoders.dingtek._frames import dingtek, settings

DECODER = dingtek("DF703", plain("fall", fire=True), located("fall", fire=True), settings(25))
