"""What Strega's valves send.

    cDDD S [# TTTT HHHH] [C nnnnnn] [V nnnn]

- c: upper half: bit 7 class B or C, bit 6 external power; with D (ASCII) and its lower half the battery, mV
- S: less 30 (hex): bits 0 valve open, 1 tamper, 2 cable, 3 input 0, 4 input 1, 5 leak, 6 fraud; motor valves: 4
  limit switch open, 6 limit switch closed
- #: 165 degC / 65536 - 40, 100 %RH / 65536, two decimals; C: pulses, six hexadecimal digits; V: mV, four of them

A message that begins with @, or has it instead of #, is an answer to a command.

Source: https://github.com/TheThingsNetwork/lorawan-devices (strega/smart-valve.js, motorized-valve.js), facts only.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import floor

from decoders.kit import DecodeError, Decoder, Function, Meaning, Reading, Readings

HEAD = 5
ANSWER, CLIMATE, COUNTER, ANALOG = b"@", b"#", b"C", b"V"
PLAIN_CLASS = range(0x30, 0x3A)
EXTERNAL = 0x40
VALVE = (
    ("valve_open", ""), ("tamper", ""), ("sensor_connected", "cable"), ("digital_input", "0"), ("digital_input", "1"),
    ("leak", ""), ("tamper", "fraud"),
)  # fmt: skip
MOTOR = (
    *VALVE[:4], ("digital_input", "limit-open"), ("leak", ""), ("digital_input", "limit-closed"),
)  # fmt: skip


def _two(value: float) -> float:
    return floor(value * 100 + 0.5) / 100


def _battery(head: bytes) -> Iterator[Reading]:
    yield Reading("external_power", float(bool(head[0] & EXTERNAL)), "1")
    digits = bytes((0x30 | head[0] & 0xF, *head[1:4]))
    if not head[0] & EXTERNAL:
        if not digits.isdigit():
            raise DecodeError("value", "the battery voltage is no number")
        millivolts = int(digits)
        yield Reading("battery_voltage", millivolts / 1000, "V")
        yield Reading("battery_level", float(min(max(floor((millivolts - 2000) / 16 + 0.5), 0), 100)), "%")


def _hex(data: bytes, mark: bytes, digits: int) -> int | None:
    at = data.find(mark)
    text = data[at + 1 : at + 1 + digits]
    try:
        return int(text, 16) if at >= 0 and len(text) == digits and text.isalnum() else None
    except ValueError:
        return None


def _rest(data: bytes) -> Iterator[Reading]:
    if data[:1] == CLIMATE:
        if len(data) < HEAD:
            raise DecodeError("length", "temperature and humidity are cut short")
        yield Reading("air_temperature", _two(int.from_bytes(data[1:3], "big") / 65536 * 165 - 40), "Cel")
        yield Reading("relative_humidity", _two(int.from_bytes(data[3:5], "big") / 65536 * 100), "%")
        data = data[HEAD:]
    if (count := _hex(data, COUNTER, 6)) is not None:
        yield Reading("pulse_count", float(count), "1")
    if (analog := _hex(data, ANALOG, 4)) is not None:
        yield Reading("voltage", analog / 1000, "V")


def strega(model: str, name: str, bits: tuple[tuple[str, str], ...], ttn: tuple[str, ...]) -> Decoder:
    """The decoder of one model; `bits` are the meanings of the state, from bit 0 on."""

    def read(payload: bytes, _port: int) -> Readings:
        if payload[:1] == ANSWER:
            return Readings((), ("answer to a command",))
        state = payload[4] - 0x30
        if not 0 <= state < 1 << len(bits):
            raise DecodeError("header", "the state of the valve is none")
        found = [
            Reading(quantity, float(state >> bit & 1), "1", channel) for bit, (quantity, channel) in enumerate(bits)
        ]
        found += _battery(payload[:4])
        if payload[4 + 1 : 4 + 2] == ANSWER:
            return Readings(tuple(found), ("answer to a command",))
        return Readings((*found, *_rest(payload[HEAD:])))

    meanings: tuple[Meaning, ...] = (
        *((quantity, "1", channel) for quantity, channel in bits),
        ("external_power", "1", ""),
        ("battery_voltage", "V", ""),
        ("battery_level", "%", ""),
        ("air_temperature", "Cel", ""),
        ("relative_humidity", "%", ""),
        ("pulse_count", "1", ""),
        ("voltage", "V", ""),
    )
    return Decoder(
        id=f"strega-{name}",
        vendor="Strega",
        model=model,
        source=f"https://github.com/TheThingsNetwork/lorawan-devices, vendor/strega/{ttn[0]}.js",
        layouts=(Function(read, length=range(HEAD, 60), quantities=meanings),),
        identifiers={"ttn": tuple(f"strega/{n}" for n in ttn), "chirpstack": (model,)},
    )
