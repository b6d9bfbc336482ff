"""Dragino LSPH01, SPH01-LB: pH and temperature of soil.

fPort 2, 11 bytes, big-endian:

    BBBB 1111 PPPP TTTT II .. MM

- B: lower 14 bits battery, mV; 1: DS18B20, int16, 0.1 degC; P: uint16, 0.01 pH; T: int16, 0.1 degC
- I: sent by the interrupt; M: kind of message

fPort 3 (SPH01-LB): datalog PPPP TTTT 1111 FF ssssssss; fPort 5: device information.

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from decoders.dragino._frames import BATTERY, INFORMATION, PROBE_MISSING, dragino, log, probe
from decoders.kit import NONZERO, Frame, i16, u8, u16

LIVE = Frame(
    ports=2,
    length=11,
    fields=(
        BATTERY,
        probe(2),
        u16(4, "ph", "[pH]", div=100, missing=0xFFFF),
        i16(6, "soil_temperature", "Cel", div=10, missing=PROBE_MISSING),
        u8(8, "digital_input", "1", table=NONZERO, channel="interrupt"),
    ),
)
STORED = log(
    u16(0, "ph", "[pH]", div=100, missing=0xFFFF),
    i16(2, "soil_temperature", "Cel", div=10, missing=PROBE_MISSING),
    probe(4),
)

DECODER = dragino("LSPH01", LIVE, STORED, INFORMATION, ttn=("lsph01", "sph01-lb"), chirpstack=("SPH01-LB", "SPH01-LS"))
