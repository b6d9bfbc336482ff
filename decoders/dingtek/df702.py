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

from decoders.dingtek._bins import located, plain
from decoders.dingtek._frames import dingtek, settings

DECODER = dingtek("DF702", plain("tilted", fire=True), located("tilted", fire=True), settings(25))
