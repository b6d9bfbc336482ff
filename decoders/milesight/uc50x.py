"""Milesight UC50X: controller: inputs, analogue inputs, RS485, SDI-12 (UC501, UC502).

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB                   battery, %
    03 00, 04 00 SS            input 1, 2;  03 01, 04 01 SS  output
    03 C8, 04 C8 PPPPPPPP      pulses, uint32
    05 02, 06 02 NNNN LLLL HHHH MMMM   analogue input 1, 2 (mA or V): now, least, greatest, mean; int16, 0.001
    05 E2, 06 E2               the same as float16
    FF 14 aa                   what the analogue input is set to
    08 DB cc ....              36 characters of SDI-12
    FF 0E cc kk ....           Modbus register: channel (from 6), kind (bits 2..0) and bytes (bits 7..3), value
    FF 15 cc                   Modbus channel that does not answer
    83 C8, 84 C8 PPPPPPPP AA, 93 C8, 94 C8 PPPPPPPP CCCCCCCC AA   pulses (and their change) and alarm
    85 E2, 86 E2 (9), 95 E2, 96 E2 (13)   analogue input (and its change) and alarm
    80 0E, 90 0E               Modbus register (and its change, float) and alarm
    20 DC ssssssss kk 1111 kk 2222 ....   stored inputs with their time (u32, s since 1970); k: 0, 1 level, 2 pulses
    20 DD, 20 E0               stored registers, stored SDI-12

Source: https://github.com/Milesight-IoT/SensorDecoders (UC50X).
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from math import isfinite

from decoders.kit import Field, Reading, Record, When, u8, u32
from decoders.kit.text import sdi12
from decoders.milesight._modbus import QUANTITIES, register
from decoders.milesight._records import milesight, state

NAMES = ("{}", "{}-min", "{}-max", "{}-mean")


def _meanings(number: int) -> tuple[tuple[str, str, str], ...]:
    return tuple(("analog_value", "1", name.format(number)) for name in NAMES)


def _integers(number: int) -> Record:
    def read(data: bytes) -> list[Reading]:
        values = struct.unpack("<4h", data)
        return [Reading(q, value / 1000, unit, name) for (q, unit, name), value in zip(known, values, strict=True)]

    known = _meanings(number)
    return Record(8, read=read, quantities=known)


def _floats(number: int, size: int = 8) -> Record:
    """Four float16; with more than 8 bytes an alarm comes last."""

    def read(data: bytes) -> list[Reading]:
        values = struct.unpack("<4e", data[:8])
        found = [
            Reading(quantity, value, unit, channel)
            for (quantity, unit, channel), value in zip(known, values, strict=True)
            if isfinite(value)
        ]
        return found + ([Reading(alarm[0], 1.0, alarm[1], alarm[2])] if size > 8 else [])

    known, alarm = _meanings(number), ("alarm", "1", f"analog-{number}")
    return Record(size, read=read, quantities=(*known, alarm) if size > 8 else known)


def _counter(number: int, size: int) -> Record:
    alarm = state(size - 1, "alarm", channel=f"counter-{number}")
    return Record(size, (u32(0, "pulse_count", "1", channel=str(number)), alarm))


def _register(data: bytes) -> list[Reading]:
    return register(data[0] - 6, data[1] & 7, data[2 : 2 + (data[1] >> 3)], signed=False)


def _size(more: int) -> Callable[[bytes], int]:
    return lambda data: 2 + (data[1] >> 3) + more if len(data) > 1 and data[1] >> 3 else -1


def _silent(data: bytes) -> list[Reading]:
    return [Reading("fault", 1.0, "1", f"modbus-{data[0] - 6}")]


def _text(data: bytes) -> list[Reading]:
    return sdi12(data[1:], f"sdi12-{data[0] + 1}")


def _stored(number: int, byte: int) -> tuple[Field, ...]:
    pulses = When(at=(byte, 0), width=8, equals=2)
    level = When(at=(byte, 0), width=8, equals=(0, 1))
    return (
        u8(byte + 1, "digital_input", "1", table={0: 0, 1: 1}, channel=str(number), when=level),
        u32(byte + 1, "pulse_count", "1", channel=str(number), when=pulses),
    )


def _masked(each: int) -> Callable[[bytes], int]:
    """Stored lists: time, a mask of channels, `each` bytes for every channel in it."""
    return lambda data: 6 + each * int.from_bytes(data[4:6], "little").bit_count() if len(data) > 5 else -1


DECODER = milesight(
    "UC50X",
    {
        **{(n + 2) << 8: Record(1, (state(0, "digital_input", channel=str(n)),)) for n in (1, 2)},
        **{(n + 2) << 8 | 0x01: Record(1, (state(0, "relay", channel=str(n)),)) for n in (1, 2)},
        **{(n + 2) << 8 | 0xC8: Record(4, (u32(0, "pulse_count", "1", channel=str(n)),)) for n in (1, 2)},
        **{(n + 4) << 8 | 0x02: _integers(n) for n in (1, 2)},
        **{(n + 4) << 8 | 0xE2: _floats(n) for n in (1, 2)},
        **{(n + 0x82) << 8 | 0xC8: _counter(n, 5) for n in (1, 2)},
        **{(n + 0x92) << 8 | 0xC8: _counter(n, 9) for n in (1, 2)},
        **{(n + 0x84) << 8 | 0xE2: _floats(n, 9) for n in (1, 2)},
        **{(n + 0x94) << 8 | 0xE2: _floats(n, 13) for n in (1, 2)},
        0x08DB: Record(37, read=_text, quantities=(("analog_value", "1", "sdi12-{n}"),)),
        0xFF0E: Record(_size(0), read=_register, quantities=QUANTITIES),
        0x800E: Record(_size(1), read=_register, quantities=QUANTITIES),
        0x900E: Record(_size(5), read=_register, quantities=QUANTITIES),
        0xFF14: Record(1),
        0xFF15: Record(1, read=_silent, quantities=(("fault", "1", "modbus-{n}"),)),
        0x20DC: Record(22, (*_stored(1, 4), *_stored(2, 9)), time=u32(0, "")),
        0x20DD: Record(_masked(5), note="stored registers are not read"),
        0x20E0: Record(_masked(36), note="stored SDI-12 texts are not read"),
    },
    ttn=("uc501", "uc502", "uc50x"),
    chirpstack=("UC501", "UC502"),
)
