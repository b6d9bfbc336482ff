"""Dragino LSN50V2: generic node with nine working modes: climate, distance, probes, voltages, weight, counts.

The messages are described in decoders/dragino/_modes.py; fPort 5: device information.

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from decoders.dragino._frames import dragino, remark
from decoders.dragino._modes import MODES

DECODER = dragino(
    "LSN50V2",
    *MODES,
    remark("device information", ports=5, length=range(7, 9)),
    ttn=("lsn50-v2", "lsn50v2", "lsn50v2-s31", "lsn50v2-d20"),
    chirpstack=("LSN50 v2-S31", "LSN50"),
)
