"""Dragino DDS75-LB, DDS75-3-LB: one or three ultrasonic distances.

fPort 2: as LDDS75 (see decoders/dragino/ldds75.py), or with three sensors 11 bytes, big-endian:

    BBBB TTTT 1111 2222 3333 FF

- B: lower 14 bits battery, mV; T: int16, DS18B20, 0.1 degC; 1, 2, 3: distances, mm
- F: bit 4 sensor found, bits 3..0 interrupt

fPort 3: datalog 1111 2222 3333 .. ssssssss; fPort 5: device information.

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from decoders.dragino._frames import BATTERY, INFORMATION, dragino, log, probe
from decoders.dragino.ldds75 import DECODER as LDDS75
from decoders.kit import Field, Frame, flag, u16


def _distances(byte: int) -> tuple[Field, ...]:
    return tuple(
        u16(byte + 2 * n, "distance", "mm", missing=(*range(21), 0xFFFF), channel=str(n + 1)) for n in range(3)
    )


DECODER = dragino(
    "DDS75-LB",
    *LDDS75.layouts,
    Frame(
        ports=2,
        length=11,
        fields=(
            BATTERY,
            probe(2),
            *_distances(4),
            flag(10, 4, "sensor_connected"),
            flag(10, 0, "digital_input", channel="interrupt"),
        ),
    ),
    log(*_distances(0)),
    INFORMATION,
    ttn=("dds75-lb", "dds75-3-lb"),
    chirpstack=("DDS75-3-LB", "DDS75-LS"),
)
