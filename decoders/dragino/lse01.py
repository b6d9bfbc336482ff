"""Dragino LSE01, SE01-LB: soil moisture, temperature, electrical conductivity.

fPort 2, 11 bytes, big-endian:

    BBBB 1111 MMMM TTTT CCCC FF

- B: lower 14 bits battery, mV; 1: DS18B20, int16, 0.1 degC
- M: uint16, 0.01 %; T: int16, 0.01 degC; C: uint16, uS/cm
- F: bit 7 mode (from firmware 1.2.1): with 1 M is the permittivity, 0.1, and T and C are raw values of the probe;
  bit 4 the probe was found; bits 3..0 interrupt

The maker's decoder subtracts FFFF from temperatures below zero, one hundredth degree beside the two's complement that
the probe sends. fPort 3: datalog, not described; fPort 5: device information.

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from decoders.dragino._frames import BATTERY, INFORMATION, LOG_LENGTHS, PROBE_MISSING, dragino, probe, remark
from decoders.kit import AnyField, Frame, When, flag, i16, u16

SOIL: tuple[AnyField, ...] = (
    u16(4, "soil_moisture", "%", div=100, missing=0xFFFF),
    i16(6, "soil_temperature", "Cel", div=100, missing=(PROBE_MISSING, 0xFFFF)),
    u16(8, "electrical_conductivity", "uS/cm", missing=0xFFFF),
)
FLAGS: tuple[AnyField, ...] = (flag(10, 4, "sensor_connected"), flag(10, 0, "digital_input", channel="interrupt"))
MODE = {code: When(at=(10, 7), width=1, equals=code) for code in (0, 1)}
RAW: tuple[AnyField, ...] = (
    u16(4, "relative_permittivity", "1", div=10),
    u16(6, "analog_value", "1", channel="moisture"),
    u16(8, "analog_value", "1", channel="conductivity"),
)
NEW = (
    Frame(ports=2, length=11, when=MODE[0], fields=(BATTERY, probe(2), *SOIL, *FLAGS)),
    Frame(ports=2, length=11, when=MODE[1], fields=(BATTERY, probe(2), *RAW, *FLAGS)),
    remark("the datalog of this model is not described", ports=3, length=LOG_LENGTHS),
    INFORMATION,
)

DECODERS = (
    dragino(
        "LSE01",
        Frame(ports=2, length=11, fields=(BATTERY, probe(2), *SOIL, *FLAGS)),
        INFORMATION,
        ttn=("lse01", "lse01-114"),
    ),
    dragino("LSE01-V121", *NEW, ttn=("lse01-121",), chirpstack=("LSE01 v1.2.1",)),
)
