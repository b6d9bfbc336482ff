"""Dragino S31-LB: generic node with nine working modes: climate, distance, probes, voltages, weight, counts.

The messages are described in decoders/dragino/_modes.py; fPort 5: device information.

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from decoders.dragino._frames import INFORMATION, dragino
from decoders.dragino._modes import MODES

DECODER = dragino(
    "S31-LB",
    *MODES,
    INFORMATION,
    ttn=("s31-lb", "s31b-lb"),
)
