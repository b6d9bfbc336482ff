"""Dragino DDS45-LB: ultrasonic distance.

fPort 2: as LDDS75, see decoders/dragino/ldds75.py. fPort 3: datalog, groups of 11 bytes, big-endian:

    BBBB DDDD TTTT FF ssssssss

- B: battery, mV; D: distance, mm; T: int16, DS18B20, 0.1 degC; s: time, s since 1970

fPort 5: device information.

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from decoders.dragino._frames import BATTERY, INFORMATION, dragino, log, probe
from decoders.dragino.ldds75 import DECODER as LDDS75
from decoders.kit import u16

DECODER = dragino(
    "DDS45-LB",
    *LDDS75.layouts,
    log(BATTERY, u16(2, "distance", "mm", missing=range(21)), probe(4)),
    INFORMATION,
    ttn=("dds45-lb",),
    chirpstack=("DDS45-LS",),
)
