"""Dragino LDDS45: ultrasonic distance.

The messages are those of the LDDS75: see decoders/dragino/ldds75.py. fPort 5: device information (LB models).

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from decoders.dragino._frames import INFORMATION, dragino
from decoders.dragino.ldds75 import DECODER as LDDS75

DECODER = dragino("LDDS45", *LDDS75.layouts, INFORMATION, ttn=("ldds45", "ldds45-114"))
