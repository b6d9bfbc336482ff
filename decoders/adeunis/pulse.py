"""Adeunis PULSE: two pulse counters (water, gas, electricity).

    46 SS AAAAAAAA BBBBBBBB       counters
    5A SS AAAAAAAA DDDD..         counter A and what it gained from sample to sample, back in time; 5B: counter B
    47 SS AAAA BBBB               alarm on the flow: pulses in the period over which flow is worked out
    30 SS EE AAAA BBBB AAAA BBBB  sign of life: alarms, greatest and least flow of the day

Source: https://github.com/TheThingsNetwork/lorawan-devices (adeunis/pulse_lib.js), facts only.
"""

from decoders.adeunis._frames import BATTERY, adeunis, frame, silent
from decoders.kit import AnyField, DecodeError, Function, Layout, Reading, Readings, flag, u16, u32

COUNTERS = {0x5A: "a", 0x5B: "b"}


def flow(byte: int, channel: str) -> AnyField:
    """Pulses in the period over which flow is worked out."""
    return u16(byte, "analog_value", "1", channel=f"flow_{channel}")


def alarms() -> tuple[AnyField, ...]:
    """Byte 2 of the sign of life."""
    names = ("alarm", "tamper", "leak")
    return tuple(
        flag(2, 2 * n + m, name, channel=channel) for n, name in enumerate(names) for m, channel in enumerate("ab")
    )


def history(period: int) -> Function:
    """Frames 5A and 5B, samples `period` s apart."""

    def read(payload: bytes, port: int) -> Readings:  # noqa: ARG001 - one signature for all functions
        if len(payload) % 2:
            raise DecodeError("length", "half a sample at the end")
        channel, count = COUNTERS[payload[0]], int.from_bytes(payload[2:6], "big")
        found = [
            Reading("battery_low", float(payload[1] >> 1 & 1), "1"),
            Reading("pulse_count", float(count), "1", channel),
        ]
        for n, at in enumerate(range(6, len(payload), 2)):
            count -= int.from_bytes(payload[at : at + 2], "big")
            if count < 0:
                return Readings(tuple(found), ("the counter began anew: earlier samples are left out",))
            found.append(Reading("pulse_count", float(count), "1", channel, -float(period * (n + 1))))
        notes = (f"the samples carry no times: taken as {period} s apart",) if len(payload) > 6 else ()
        return Readings(tuple(found), notes)

    return Function(
        read,
        ports=1,
        length=range(6, 243),
        quantities=(("battery_low", "1", ""), *(("pulse_count", "1", name) for name in COUNTERS.values())),
        when=lambda payload: payload[0] in COUNTERS,
    )


def layouts(period: int) -> tuple[Layout, ...]:
    """The frames, samples `period` s apart."""
    extremes = (flow(3, "max_a"), flow(5, "max_b"), flow(7, "min_a"), flow(9, "min_b"))
    return (
        frame(0x46, 10, BATTERY, u32(2, "pulse_count", "1", channel="a"), u32(6, "pulse_count", "1", channel="b")),
        history(period),
        frame(0x47, 6, BATTERY, flow(2, "a"), flow(4, "b")),
        frame(0x30, 11, BATTERY, *alarms(), *extremes),
        *silent(BATTERY),
    )


DECODERS = adeunis("PULSE", "pulse", layouts, ("pulse", "pulse-4"))
