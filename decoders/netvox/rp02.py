"""Netvox RP02: circuit breaker with meter, over RS485.

Device type 9C; byte 3 is the address of the breaker:

01  kind of breaker, states (protection, alarm, before tripping, tripped, control)
    02  current, mA; voltage, V; power, W; temperature, degC     03  energy, W.h; frequency, Hz; power factor, %
    04, 18  leakage current, mA; number of switchings
    11  the states of a breaker of three phases, uint16          12  state tripped; currents A, B, 10 mA
    13  current C; voltages A, B; temperature                    14  voltage C; powers A, B; frequency
    15  power C; energy A     16  energy B; power factors A, C, B     17  energy C; control; 1 on

fPort 7: replies; of them the counts of trips (86) and what was measured at the last alarm (87, of three phases 88, 89,
8A) are read.

Source: Netvox LoRaWAN Application Command; TheThingsNetwork/lorawan-devices (facts only).
"""

from decoders.kit import AnyField, Field, Frame, When, u8, u16, u32
from decoders.netvox._protocol import REPLIES, netvox, report, yes

TYPES = (0x9C,)
PHASES = ("a", "b", "c")


def _kind(number: int, *fields: AnyField) -> Frame:
    return report(TYPES, *fields, kinds=(number,), battery=False)


def _amperes(byte: int, channel: str, mul: int = 1) -> Field:
    return u16(byte, "current", "mA", channel=channel, mul=mul)


def _volts(byte: int, channel: str) -> Field:
    return u16(byte, "voltage", "V", channel=channel)


def _state(byte: int, channel: str, *, wide: bool = False) -> Field:
    return (u16 if wide else u8)(byte, "fault_code", "1", channel=channel)


def _switchings(byte: int) -> Field:
    return u32(byte, "event_count", "1", channel="switching")


TEMPERATURE = u8(10, "internal_temperature", "Cel")
LEAKAGE = (_amperes(4, "leakage"), _switchings(6))
TRIPS = ("overload", "short-circuit", "leakage", "under-voltage", "over-voltage", "temperature", "self-test", "phase")


def _reply(command: int, *fields: AnyField) -> Frame:
    return Frame(ports=7, length=11, when=When(at=0, width=8, equals=command), fields=fields)


LAYOUTS = (
    _kind(
        0x01,
        _state(5, "protection"),
        _state(6, "alarm"),
        _state(7, "pre-trip"),
        _state(8, "trip"),
        u8(9, "device_state", "1", channel="control"),
    ),
    _kind(0x02, _amperes(4, ""), _volts(6, ""), u16(8, "power", "W"), TEMPERATURE),
    _kind(0x03, u32(4, "energy", "W.h"), u8(8, "frequency", "Hz"), u8(9, "power_factor", "%")),
    _kind(0x04, *LEAKAGE),
    _kind(0x11, _state(5, "protection", wide=True), _state(7, "alarm", wide=True), _state(9, "pre-trip", wide=True)),
    _kind(0x12, _state(4, "trip", wide=True), _amperes(6, "a", 10), _amperes(8, "b", 10)),
    _kind(0x13, _amperes(4, "c", 10), _volts(6, "a"), _volts(8, "b"), TEMPERATURE),
    _kind(
        0x14,
        _volts(4, "c"),
        u16(6, "power", "W", channel="a"),
        u16(8, "power", "W", channel="b"),
        u8(10, "frequency", "Hz"),
    ),
    _kind(0x15, u16(4, "power", "W", channel="c"), u32(6, "energy", "W.h", channel="a")),
    _kind(
        0x16,
        u32(4, "energy", "W.h", channel="b"),
        u8(8, "power_factor", "%", channel="a"),
        u8(9, "power_factor", "%", channel="c"),
        u8(10, "power_factor", "%", channel="b"),
    ),
    _kind(0x17, u32(4, "energy", "W.h", channel="c"), u8(8, "device_state", "1", channel="control"), yes(9, "relay")),
    _kind(0x18, *LEAKAGE),
    _reply(0x86, *(u8(2 + n, "event_count", "1", channel=f"trip-{name}") for n, name in enumerate(TRIPS))),
    _reply(
        0x87,
        _amperes(2, "alarm"),
        _amperes(4, "alarm-leakage"),
        _volts(6, "alarm"),
        u8(8, "internal_temperature", "Cel", channel="alarm"),
    ),
    _reply(0x88, *(_amperes(2 + 2 * n, f"alarm-{name}", 10) for n, name in enumerate((*PHASES, "h")))),
    _reply(0x89, _amperes(2, "alarm-leakage"), *(_volts(4 + 2 * n, f"alarm-{name}") for n, name in enumerate(PHASES))),
    _reply(0x8A, u8(2, "internal_temperature", "Cel", channel="alarm")),
)

DECODER = netvox("RP02", *LAYOUTS, replies=REPLIES)
