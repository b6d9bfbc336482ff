"""Dragino LLMS01, LMS01-LB: leaf moisture and temperature.

fPort 2, 11 bytes, big-endian:

    BBBB 1111 MMMM TTTT II .. MM

- B: lower 14 bits battery, mV; 1: DS18B20, int16, 0.1 degC; M: uint16, 0.1 %; T: int16, 0.1 degC
- I: sent by the interrupt; M: kind of message

fPort 3 (LMS01-LB): datalog, not described; fPort 5: device information.

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from decoders.dragino._frames import BATTERY, INFORMATION, LOG_LENGTHS, PROBE_MISSING, dragino, probe, remark
from decoders.kit import NONZERO, Frame, i16, u8, u16

DECODER = dragino(
    "LLMS01",
    Frame(
        ports=2,
        length=11,
        fields=(
            BATTERY,
            probe(2),
            u16(4, "leaf_wetness", "%", div=10, missing=0xFFFF),
            i16(6, "surface_temperature", "Cel", div=10, missing=PROBE_MISSING, channel="leaf"),
            u8(8, "digital_input", "1", table=NONZERO, channel="interrupt"),
        ),
    ),
    remark("the datalog of this model is not described", ports=3, length=LOG_LENGTHS),
    INFORMATION,
    ttn=("llms01", "lms01-lb"),
    chirpstack=("LMS01-LB", "LMS01-LS"),
)
