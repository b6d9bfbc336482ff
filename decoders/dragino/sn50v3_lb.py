"""Dragino SN50v3-LB: generic node with nine working modes.

The messages are described in decoders/dragino/_modes.py; fPort 5: device information.

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from decoders.dragino._frames import INFORMATION, dragino
from decoders.dragino._modes import MODES

DECODER = dragino("SN50V3-LB", *MODES, INFORMATION, ttn=("sn50v3-lb",), chirpstack=("SN50v3-LS",))
