"""Dragino LLDS12, LDS12-LB, LDS40-LB: laser distance.

fPort 2, 11 bytes, big-endian:

    BBBB 1111 DDDD SSSS FF TT MM

- B: lower 14 bits battery, mV; 1: DS18B20, int16, 0.1 degC; D: distance, mm; S: strength of its signal
- F: bit 0 sent by the interrupt, bit 1 its level; T: int8, degC, within the laser; M: kind of message

fPort 3 (LB models): datalog FF .. DDDD SSSS TT ssssssss; fPort 5: device information.

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from decoders.dragino._frames import BATTERY, INFORMATION, dragino, log, probe
from decoders.kit import AnyField, Frame, flag, i8, u16


def _laser(distance: int, flags: int, temperature: int) -> tuple[AnyField, ...]:
    return (
        u16(distance, "distance", "mm", missing=0xFFFF),
        u16(distance + 2, "signal_quality", "1", channel="distance"),
        i8(temperature, "internal_temperature", "Cel"),
        flag(flags, 0, "digital_input", channel="interrupt"),
    )


DECODER = dragino(
    "LLDS12",
    Frame(ports=2, length=11, fields=(BATTERY, probe(2), *_laser(4, 8, 9))),
    log(*_laser(2, 0, 6)),
    INFORMATION,
    ttn=("llds12", "lds12-lb", "lds40-lb"),
    chirpstack=("LDS12-LB", "LDS40-LB", "LDS12-LS"),
)
