"""Dingtek DO201: parking place, by distance and magnetic field.

fPort 3, see `_frames`:

    5-6 distance, mm                      9-10 battery, 0.01 V
    7 vehicle, distance (halves)          11-12, 13-14, 15-16 magnetic field x, y, z, mG
    8 magnet, battery low (halves)
    17 temperature, degC                  18 humidity, %

1 mG is 0.1 uT.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/dingtek/do201-codec.yaml), facts only.
"""

from decoders.dingtek._frames import data, dingtek, distance, settings
from decoders.dingtek._parking import CLIMATE, PLACE

DECODER = dingtek("DO201", data(23, distance(), *PLACE, *CLIMATE), settings(16))
