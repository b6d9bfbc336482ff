"""Dragino SE01-LB: soil moisture, temperature, electrical conductivity.

The messages are those of the LSE01 from firmware 1.2.1: see decoders/dragino/lse01.py.

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from decoders.dragino._frames import dragino
from decoders.dragino.lse01 import NEW

DECODER = dragino("SE01-LB", *NEW, ttn=("se01-lb",), chirpstack=("SE01-LS",))
