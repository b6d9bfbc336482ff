"""Axioma QALCOSONIC W1: water meter with hourly values.

Little-endian, volumes in litres:

    01 tttttttt SS LLLLLLLL dd..    fPort 100, 51 bytes: clock (s since 1970), state, reading 23 hours before the last
                                    full hour, 23 increments of 14 bits, 6 bits unused
    tttttttt SS VVVVVVVV TTTTTTTT LLLLLLLL dddd..   else: clock, state, reading now, clock and reading of the log,
                                    increments of an hour each (uint16); filled up with 2F

- S: bits 2 battery low, 3 permanent, 4 temporary error (10 alone: pipe empty), 5 leak, 5 and 6 reverse flow, 5 and 7
  burst, 7 alone: water close to freezing

The increments come as readings of the meter, each with its time.

Source: https://github.com/TheThingsNetwork/lorawan-devices (axioma/qalcosonic-w1-codec.js, qalcosonic.js), facts only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from decoders.kit import SECOND_NS, DecodeError, Decoder, Function, Reading

HOUR = 3600
ENHANCED_PORT = 100
ENHANCED, EXTENDED = 51, 17
STEPS, STEP_BITS = 23, 14
EARLIEST = 1_262_304_000
"""2010: a clock that says less was never set."""
PADDING = 0x2F


def _state(status: int) -> Iterator[Reading]:
    backflow, burst = status & 0x60 == 0x60, status & 0xA0 == 0xA0
    flags = (
        ("battery_low", "", status & 0x04),
        ("fault", "permanent", status & 0x08),
        ("fault", "temporary", status & 0x10),
        ("alarm", "pipe-empty", status == 0x10),
        ("backflow", "", backflow),
        ("burst", "", burst),
        ("leak", "", status & 0x20 and not backflow and not burst),
        ("freezing", "", status & 0x80 and not burst),
    )
    for quantity, channel, value in flags:
        yield Reading(quantity, float(bool(value)), "1", channel)


def _volumes(volume: int, start: int, steps: Iterable[int]) -> Iterator[Reading]:
    """Readings of the meter from `start` (s) on, an hour apart."""
    yield _volume(volume, start)
    for step in steps:
        volume += step
        start += HOUR
        yield _volume(volume, start)


def _volume(volume: int, time: int) -> Reading:
    return Reading("water_volume", float(volume), "L", "", 0.0, time * SECOND_NS if time >= EARLIEST else None)


def _number(payload: bytes, at: int) -> int:
    return int.from_bytes(payload[at : at + 4], "little")


def _enhanced(payload: bytes, _port: int) -> Iterator[Reading]:
    packed = int.from_bytes(payload[10:], "little")
    steps = [packed >> STEP_BITS * n & (1 << STEP_BITS) - 1 for n in range(STEPS)]
    clock, volume = _number(payload, 1), _number(payload, 6)
    yield from _state(payload[5])
    if clock < EARLIEST:
        yield _volume(volume + sum(steps), 0)
    else:
        yield from _volumes(volume, clock - clock % HOUR - STEPS * HOUR, steps)


def _extended(payload: bytes, port: int) -> Iterator[Reading]:
    if port == ENHANCED_PORT:
        raise DecodeError("length", f"{len(payload)} bytes on fPort {port}")
    steps = []
    for at in range(EXTENDED, len(payload) - 1, 2):
        if payload[at] == PADDING and payload[at + 1] in (0, PADDING):
            break
        steps.append(int.from_bytes(payload[at : at + 2], "little"))
    yield from _state(payload[4])
    yield _volume(_number(payload, 5), _number(payload, 0))
    if (start := _number(payload, 9)) >= EARLIEST:
        yield from _volumes(_number(payload, 13), start, steps)


QUANTITIES = (("water_volume", "L", ""), *((r.quantity, "1", r.channel) for r in _state(0)))

DECODER = Decoder(
    id="axioma-qalcosonic-w1",
    vendor="Axioma",
    model="QALCOSONIC W1",
    source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/axioma/qalcosonic-w1-codec.js",
    layouts=(
        Function(
            _enhanced, ports=ENHANCED_PORT, length=ENHANCED, quantities=QUANTITIES, when=lambda payload: payload[0] == 1
        ),
        Function(_extended, length=range(EXTENDED, 100), quantities=QUANTITIES),
    ),
    identifiers={
        "ttn": ("axioma/qalcosonic-w1", "axioma/qalcosonic", "axioma/qalcosonicw1"),
        "chirpstack": ("QALCOSONIC W1",),
    },
)
