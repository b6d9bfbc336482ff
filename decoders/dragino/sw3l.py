"""Dragino SW3L, SW3L-LB: water flow.

fPort 2, 11 bytes, big-endian; fPort 3 nearly the same repeated (datalog):

    FF PPPPPPPP MM .. ssssssss          fPort 2
    FF MM .. PPPPPPPP ssssssss          fPort 3

- F: bits 7..2 kind of sensor: 2: 60 pulses for a litre, 1: 360, else 450; bit 1 alarm
- P: pulses; M: 1 since the last message, else all in all; s: time, s since 1970

fPort 4: settings; fPort 5: device information.

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from decoders.dragino._frames import INFORMATION, SETTINGS, dragino, log
from decoders.kit import Computed, Field, Frame, When, flag, u32

PER_LITRE = {1: 360, 2: 60}


def _litres(kind: float, pulses: float) -> float:
    return pulses / PER_LITRE.get(int(kind), 450)


def _fields(mode: int, pulses: int) -> tuple[Field | Computed, ...]:
    part = When(at=(mode, 0), width=8, equals=1)
    total = When(at=(mode, 0), width=8, equals=(0, *range(2, 256)))
    inputs = (Field(quantity="", at=0, width=6), u32(pulses, ""))
    return (
        flag(0, 1, "alarm"),
        u32(pulses, "pulse_count", "1", when=total),
        u32(pulses, "pulse_increment", "1", when=part),
        Computed(quantity="water_volume", unit="L", inputs=inputs, function=_litres, when=total),
        Computed(quantity="water_increment", unit="L", inputs=inputs, function=_litres, when=part),
    )


DECODER = dragino(
    "SW3L",
    Frame(ports=2, length=11, fields=_fields(5, 1), time=u32(7, "")),
    log(*_fields(1, 3)),
    SETTINGS,
    INFORMATION,
    ttn=("sw3l", "sw3l-lb"),
    chirpstack=("SW3L-LB", "SW3L-LS"),
)
