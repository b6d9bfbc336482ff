"""Digital Matter G62: satellite tracker for vehicles.

    fPort 1: llllllll oooooooo HH VV BB EEEE AAAA TT PP
    fPort 2: llllllll oooooooo HH VV BB       fPort 3: EEEE AAAA TT PP
    fPort 4: RRRRRRRR DDDDDDDD                fPort 5: answer to a command

- l, o: 1e-7 deg; their lowest four bits are not part of them: l: 1..0 kind of trip, 2 external power good, 3 position
  is current; o: 0 ignition, 1, 2 inputs, 3 output
- H: 2 deg; V: km/h; B: 20 mV; E, A: external power, analogue input, mV; T: int8, degC; P: accuracy, m
- R: running time, s; D: 10 m

A position that is not current is left out.

Source: see `_common` (g62.js).
"""

from decoders.digital_matter._common import digital_matter
from decoders.kit import AnyField, Field, Frame, When, flag, i8, u8, u16, u32

CURRENT = When(at=(0, 3), width=1)


def _degrees(byte: int, quantity: str) -> Field:
    return Field(
        quantity=quantity, unit="deg", at=8 * byte + 4, width=28, signed=True, mul=16, div=10_000_000, when=CURRENT
    )


PLACE: tuple[AnyField, ...] = (
    _degrees(0, "latitude"),
    _degrees(4, "longitude"),
    u8(8, "heading", "deg", mul=2, when=CURRENT),
    u8(9, "speed", "km/h", when=CURRENT),
    u8(10, "battery_voltage", "V", div=50),
    Field(quantity="moving", unit="1", at=(0, 0), width=2, table={0: 0, 1: 1, 2: 1, 3: 1}),
    flag(0, 2, "external_power"),
    flag(4, 0, "digital_input", channel="ignition"),
    flag(4, 1, "digital_input", channel="1"),
    flag(4, 2, "digital_input", channel="2"),
    flag(4, 3, "relay"),
)


def _power(start: int) -> tuple[AnyField, ...]:
    return (
        u16(start, "supply_voltage", "V", div=1000),
        u16(start + 2, "voltage", "V", div=1000, channel="analog"),
        i8(start + 4, "internal_temperature", "Cel"),
        u8(start + 5, "position_accuracy", "m"),
    )


DECODER = digital_matter(
    "G62",
    "g62",
    Frame(ports=1, length=17, byteorder="little", fields=(*PLACE, *_power(11))),
    Frame(ports=2, length=11, byteorder="little", fields=PLACE),
    Frame(ports=3, length=6, byteorder="little", fields=_power(0)),
    Frame(
        ports=4,
        length=8,
        byteorder="little",
        fields=(u32(0, "operating_time", "s"), u32(4, "distance_travelled", "m", mul=10)),
    ),
    Frame(ports=5, length=3, note="answer to a command"),
)
