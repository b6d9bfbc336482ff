"""comtac LPN KM: digital inputs and counters of switchgear.

`10 00 SS BB`, then by fPort, big-endian:

    20: tttttttt, then of each input KI CC dddd       K: upper half 1 one bit, 2 two bits; I: its number; C: bits
                                                      2 blocked, 1, 0 its state; d: s after t
    21: NN tttttttt, then of N counters .I CC VVVVVV  C: bits 0 overflow, 1 reset; V: reading
    3:  PP [tttttttt] [.. DDDD] [.I VVVVVV ...]       P: bits 0 time, 1 inputs, 2 counters
    22, 100, 101: question for the time, settings, version

- S: bits 6 supply low, 3 on battery, 0 wrong settings, 5 started; B: 1 to 254: 0 to 100 %, 0 external, FF none
- t: s since 1970

Source: https://github.com/TheThingsNetwork/lorawan-devices (comtac/lpn-km.js), facts only.
"""

from __future__ import annotations

from collections.abc import Iterator

from decoders.kit import SECOND_NS, Decoder, Frame, Function, Reading, When, flag, rounded, u8

HEAD = 4
EARLIEST = 1_262_304_000
STATE = (
    flag(2, 0, "fault", channel="settings"),
    flag(2, 6, "battery_low"),
    flag(2, 5, "device_state", channel="started"),
    u8(3, "battery_level", "%", missing=(0, 255), **rounded(0, mul=100, add=-100, div=253)),
)
STATUS = Frame(length=range(HEAD, 243), when=When(at=0, width=16, equals=0x1000), fields=STATE)


def _time(seconds: int) -> int | None:
    return seconds * SECOND_NS if seconds >= EARLIEST else None


def _inputs(payload: bytes, port: int) -> Iterator[Reading]:
    yield from STATUS.decode(payload, port).readings
    start = int.from_bytes(payload[4:8], "big")
    for at in range(8, len(payload) - 3, 4):
        kind, cause, delay = payload[at], payload[at + 1], int.from_bytes(payload[at + 2 : at + 4], "big")
        name, time = str(kind & 0xF), _time(start + delay)
        if kind & 0x10:
            yield Reading("digital_input", float(cause & 1), "1", name, 0.0, time)
        elif kind & 0x20:
            yield Reading("device_state", float(cause & 3), "1", f"double-{name}", 0.0, time)


def _counters(payload: bytes, port: int) -> Iterator[Reading]:
    yield from STATUS.decode(payload, port).readings
    at = HEAD
    while at < len(payload):
        count, time = payload[at], _time(int.from_bytes(payload[at + 1 : at + 5], "big"))
        at += 5
        for _ in range(count):
            reading = int.from_bytes(payload[at + 2 : at + 5], "big")
            yield Reading("pulse_count", float(reading), "1", str(payload[at] & 0xF), 0.0, time)
            at += 5


def _fixed(payload: bytes, port: int) -> Iterator[Reading]:
    yield from STATUS.decode(payload, port).readings
    parts, at, time = payload[HEAD], HEAD + 1, None
    if parts & 1:
        time = _time(int.from_bytes(payload[at : at + 4], "big"))
        at += 4
    if parts & 2:
        inputs = int.from_bytes(payload[at + 1 : at + 3], "little")
        for bit in range(16):
            yield Reading("digital_input", float(inputs >> bit & 1), "1", str(bit), 0.0, time)
        at += 3
    while parts & 4 and at + 4 <= len(payload):
        count = int.from_bytes(payload[at + 1 : at + 4], "big")
        yield Reading("pulse_count", float(count), "1", str(payload[at] & 0xF), 0.0, time)
        at += 4


MEANINGS = tuple(STATUS.meanings())


def _ours(payload: bytes) -> bool:
    return payload[:2] == b"\x10\x00"


DECODER = Decoder(
    id="comtac-km",
    vendor="comtac",
    model="LPN KM",
    source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/comtac/lpn-km.js",
    layouts=(
        Function(
            _inputs,
            ports=20,
            length=range(12, 243, 4),
            when=_ours,
            quantities=(*MEANINGS, ("digital_input", "1", "{n}"), ("device_state", "1", "double-{n}")),
            missing=True,
        ),
        Function(
            _counters, ports=21, length=range(9, 243), when=_ours, quantities=(*MEANINGS, ("pulse_count", "1", "{n}"))
        ),
        Function(
            _fixed,
            ports=3,
            length=range(5, 243),
            when=_ours,
            quantities=(*MEANINGS, ("digital_input", "1", "{n}"), ("pulse_count", "1", "{n}")),
        ),
        Frame(
            ports=(22, 100, 101),
            length=range(HEAD, 243),
            when=When(at=0, width=16, equals=0x1000),
            fields=STATE,
            note="settings, version or question for the time",
        ),
    ),
    identifiers={"ttn": ("comtac/lpn-km",), "chirpstack": ("LPN KM",)},
)
