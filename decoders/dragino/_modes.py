"""What the LSN50 family sends: nine working modes in one frame.

fPort 2, 11 bytes (12 in mode 2, 17 in mode 8), big-endian:

    BBBB 1111 AAAA FF XXXX YYYY ....

- B: battery, mV; 1: DS18B20, int16, 0.1 degC, 7FFF: none; A: voltage at the first analogue input, mV
- F: bits 6..2 mode, bit 7 contact closed, bit 1 level of the digital input, bit 0 sent by the interrupt
- mode 0: X, Y: SHT (int16, 0.1 degC; uint16, 0.1 %RH), or with Y = 0 X: light, lx
- mode 1: X: distance, mm, 0: none; Y: strength of its signal, FFFF: not given
- mode 2: three voltages instead of B, 1, A; X, Y as in mode 0; then battery, 0.1 V
- mode 3: X, Y: second and third DS18B20
- mode 4: Y, X: weight, int32, g
- mode 5: XY: pulses, uint32
- mode 6: F: first input; X: a byte for each of two further ones: bit 0 closed, bit 4 it sent
- mode 7: X, Y: second and third voltage, mV
- mode 8: A, X: second and third DS18B20; then two counts, uint32
- mode 31: limits of alarms (a setting)

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from decoders.dragino._frames import VOLTS, probe
from decoders.kit import AnyField, Field, Frame, When, flag, i16, u8, u16, u32

CLOSED = {0: 1, 1: 0}
"""A bit that says closed, as the vocabulary's open."""


def _mode(*codes: int) -> When:
    return When(at=(6, 2), width=5, equals=codes)


def _voltage(byte: int, channel: str) -> Field:
    return u16(byte, "voltage", "V", div=1000, channel=channel)


def _contact(byte: int, bit: int, channel: str = "") -> Field:
    return Field(quantity="contact", unit="1", at=(byte, bit), width=1, table=CLOSED, default=1, channel=channel)


INPUT = flag(6, 1, "digital_input")
SENT = flag(6, 0, "digital_input", channel="interrupt")
LIGHT = When(at=72, width=16, equals=0)
LUX = u16(7, "illuminance", "lx")
CLIMATE = (
    i16(7, "air_temperature", "Cel", div=10, missing=(0x7FFF, 0xFFFF)),
    u16(9, "relative_humidity", "%", div=10, missing=0xFFFF),
)
HEAD = (VOLTS, probe(2, channel="1"), _voltage(4, "1"), INPUT)


def _frame(mode: int, *fields: AnyField, length: int = 11, when: tuple[When, ...] = ()) -> Frame:
    return Frame(ports=2, length=length, when=(_mode(mode), *when), fields=fields)


STATE = (INPUT, SENT, _contact(6, 7))
VOLTAGES = (_voltage(0, "1"), _voltage(2, "2"), _voltage(4, "3"), *STATE)
TENTHS = u8(11, "battery_voltage", "V", div=10)


MODES = (
    _frame(0, *HEAD, SENT, _contact(6, 7), LUX, when=(LIGHT,)),
    _frame(0, *HEAD, SENT, _contact(6, 7), *CLIMATE),
    _frame(
        1,
        *HEAD,
        SENT,
        _contact(6, 7),
        u16(7, "distance", "mm", missing=0),
        u16(9, "signal_quality", "1", channel="distance", missing=0xFFFF),
    ),
    _frame(2, *VOLTAGES, LUX, TENTHS, length=12, when=(LIGHT,)),
    _frame(2, *VOLTAGES, *CLIMATE, TENTHS, length=12),
    _frame(3, *HEAD, SENT, _contact(6, 7), probe(7, channel="2"), probe(9, channel="3")),
    _frame(
        4,
        *HEAD,
        SENT,
        _contact(6, 7),
        Field(quantity="weight", unit="g", at=56, width=32, signed=True, byteorder="words"),
    ),
    _frame(5, *HEAD, u32(7, "pulse_count", "1")),
    _frame(
        6,
        *HEAD,
        flag(6, 0, "digital_input", channel="interrupt"),
        _contact(6, 7, "1"),
        flag(7, 4, "digital_input", channel="interrupt-2"),
        _contact(7, 0, "2"),
        flag(8, 4, "digital_input", channel="interrupt-3"),
        _contact(8, 0, "3"),
    ),
    _frame(7, *HEAD, SENT, _contact(6, 7), _voltage(7, "2"), _voltage(9, "3")),
    _frame(
        8,
        VOLTS,
        probe(2, channel="1"),
        INPUT,
        SENT,
        _contact(6, 7),
        probe(4, channel="2"),
        probe(7, channel="3"),
        u32(9, "pulse_count", "1", channel="1"),
        u32(13, "pulse_count", "1", channel="2"),
        length=17,
    ),
    Frame(ports=2, length=(11, 12), when=_mode(31), note="limits of the alarms"),
)
