"""Dragino LWL02: water leak.

The messages are those of the LDS01: see decoders/dragino/lds01.py.

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from decoders.dragino._frames import dragino
from decoders.dragino.lds01 import MESSAGES

DECODER = dragino("LWL02", *MESSAGES, ttn=("lwl02",))
