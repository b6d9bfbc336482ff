"""Dragino LHT65: air temperature and humidity, optional external sensor.

The messages are those of the LHT65N: see decoders/dragino/lht65n.py.

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from decoders.dragino._frames import dragino
from decoders.dragino.lht65n import DECODER as LHT65N

DECODER = dragino("LHT65", *LHT65N.layouts, ttn=("lht65",))
