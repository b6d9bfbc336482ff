"""Dragino PS-LB: 4..20 mA and 0..30 V probes: depth of immersion, pressure.

fPort 2, 9 bytes, big-endian:

    BBBB MM KK IIII UUUU FF

- B: battery, mV; I: uint16, uA; U: uint16, mV
- M = 0: a probe of K m for 16 mA (4 mA is 0): depth
- M = 1: a probe for pressure; K says its range: 1 0.6, 2 1, 3 1.6, 4 2.5, 5 10, 6 40, 7 60 MPa; 8 -0.1..0 MPa;
  9 -0.1..0.1 MPa; 10 5, 11 50, 12 100 kPa
- F: bits 3, 2 level of inputs 1, 2; bit 1 level of the interrupt, bit 0 sent by it

fPort 7: BBBB, then currents, uint16, uA; fPort 5: device information.

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from decoders.dragino._frames import INFORMATION, VOLTS, dragino
from decoders.kit import Computed, Frame, Repeat, When, flag, u8, u16

ZERO = 4.0
"""mA at the lower end of the range."""
PER_MA = {
    1: 37.5,
    2: 62.5,
    3: 100,
    4: 156.25,
    5: 625,
    6: 2500,
    7: 3750,
    8: -6.25,
    10: 0.3125,
    11: 3.125,
    12: 6.25,
}
"""kPa for each mA above 4."""
BOTH_SIDES = 9
"""-100 to 100 kPa: down to -100 at 12 mA, from there up."""


def _depth(metres: float, current: float) -> float:
    return round(max(0.0, current - ZERO) * metres * 100 / 16, 3)


def _pressure(kind: float, current: float) -> float | None:
    above = max(0.0, current - ZERO)
    if int(kind) == BOTH_SIDES:
        return round(above * -12.5 if current <= 12 else (current - 12) * 12.5, 3)
    factor = PER_MA.get(int(kind))
    return None if factor is None else round(above * factor, 3)


CURRENT = u16(4, "current", "mA", div=1000)
FIELDS = (
    VOLTS,
    CURRENT,
    u16(6, "voltage", "V", div=1000),
    flag(8, 3, "digital_input", channel="1"),
    flag(8, 2, "digital_input", channel="2"),
    flag(8, 1, "digital_input"),
    flag(8, 0, "digital_input", channel="interrupt"),
)
DEPTH = Computed(quantity="liquid_depth", unit="cm", inputs=(u8(3, ""), CURRENT), function=_depth)
PRESSURE = Computed(quantity="pressure", unit="kPa", inputs=(u8(3, ""), CURRENT), function=_pressure)


def _probe(kinds: int | range, *fields: Computed) -> Frame:
    return Frame(ports=2, length=9, when=When(at=(2, 0), width=8, equals=kinds), fields=(*FIELDS, *fields))


DECODER = dragino(
    "PS-LB",
    _probe(range(2, 256)),
    _probe(0, DEPTH),
    _probe(1, PRESSURE),
    Frame(
        ports=7,
        length=range(4, 243, 2),
        fields=(VOLTS,),
        repeat=Repeat(start=2, size=2, fields=(u16(0, "current", "mA", div=1000, channel="{n}"),)),
    ),
    INFORMATION,
    ttn=("ps-lb", "ps-lb-na"),
    chirpstack=("PS-LB-NA", "PS-LS"),
)
