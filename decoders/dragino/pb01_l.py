"""Dragino PB01-L: button, temperature, humidity.

fPort 2, 8 bytes, big-endian:

    BBBB SS AA TTTT HHHH

- B: battery, mV; S: sounds that are set; A: bit 0 pressed; T: int16, 0.1 degC; H: uint16, 0.1 %RH

fPort 3: datalog, not described; fPort 5: device information.

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from decoders.dragino._frames import INFORMATION, LOG_LENGTHS, VOLTS, dragino, remark
from decoders.kit import Frame, flag, i16, u16

DECODER = dragino(
    "PB01-L",
    Frame(
        ports=2,
        length=8,
        fields=(
            VOLTS,
            flag(3, 0, "button"),
            i16(4, "air_temperature", "Cel", div=10),
            u16(6, "relative_humidity", "%", div=10),
        ),
    ),
    remark("the datalog of this model is not described", ports=3, length=LOG_LENGTHS),
    INFORMATION,
    ttn=("pb01-l", "pb01"),
    chirpstack=("PB01", "PB01-LS"),
)
