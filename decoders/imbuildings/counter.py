"""IMBuildings: people counters and comfort sensors.

A message has a head (`KK VV iiiiiiii iiiiiiii`: kind, variant, number of the device) or comes without it on a fPort
that says what it is; big-endian:

    02 06, fPort 26: SS BBBB aaaa bbbb ss AAAA BBBB nn    a, b: since the last message; A, B: in all (uint16)
    02 07, fPort 27: ss AAAA BBBB
    02 08, fPort 28: SS BBBB ss
    02 05:           SS BBBB aaaa bbbb ss nn
    01 03, fPort 13: SS BBBB TTTT HHHH CCCC PP            comfort sensor: 0.01 degC, 0.01 %RH, ppm, presence

S: state of the device; B: 0.01 V; s: state of the sensor; n: number of the message. fPort 10: answers to commands.

Source: https://github.com/TheThingsNetwork/lorawan-devices (imbuildings/imbuildings-decoder.js), facts only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from decoders.kit import NONZERO, AnyField, Decoder, Frame, When, i16, u8, u16

HEAD = 10


def _battery(at: int) -> tuple[AnyField, ...]:
    return (u8(at, "device_state", "1", channel="device"), u16(at + 1, "battery_voltage", "V", div=100))


def _sensor(at: int) -> AnyField:
    return u8(at, "device_state", "1", channel="sensor")


def _pair(at: int, quantity: str) -> tuple[AnyField, ...]:
    return u16(at, quantity, "1", channel="a"), u16(at + 2, quantity, "1", channel="b")


def _complete(at: int) -> tuple[AnyField, ...]:
    return (*_pair(at + 3, "people_count"), *_pair(at + 8, "people_total"), *_battery(at), _sensor(at + 7))


def _totals(at: int) -> tuple[AnyField, ...]:
    return (*_pair(at + 1, "people_total"), _sensor(at))


def _heartbeat(at: int) -> tuple[AnyField, ...]:
    return (*_battery(at), _sensor(at + 3))


def _recent(at: int) -> tuple[AnyField, ...]:
    return (*_pair(at + 3, "people_count"), *_battery(at), _sensor(at + 7))


def _comfort(at: int) -> tuple[AnyField, ...]:
    return (
        i16(at + 3, "air_temperature", "Cel", div=100),
        u16(at + 5, "relative_humidity", "%", div=100),
        u16(at + 7, "co2", "[ppm]"),
        u8(at + 9, "occupancy", "1", table=NONZERO),
        *_battery(at),
    )


MESSAGES: tuple[tuple[int, int, int, Callable[[int], tuple[AnyField, ...]]], ...] = (
    (0x0206, 26, 13, _complete),
    (0x0207, 27, 5, _totals),
    (0x0208, 28, 4, _heartbeat),
    (0x0205, 0, 9, _recent),
    (0x0103, 13, 10, _comfort),
)
"""Kind and variant, fPort without head (0: none), bytes without head, fields."""


def _frames() -> Iterator[Frame]:
    for kind, port, size, fields in MESSAGES:
        yield Frame(length=HEAD + size, when=When(at=0, width=16, equals=kind), fields=fields(HEAD))
        if port:
            yield Frame(ports=port, length=size, fields=fields(0))


ANSWER = Frame(ports=10, length=range(3, 52), when=When(at=0, equals=0xF1), note="answer to a command")

DECODER = Decoder(
    id="imbuildings-counter",
    vendor="IMBuildings",
    model="People Counter",
    source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/imbuildings/imbuildings-decoder.js",
    layouts=(*_frames(), ANSWER),
    identifiers={
        "ttn": tuple(
            f"imbuildings/{n}"
            for n in (
                "imbuildings", "people-counter", "comfort-sensor", "imbuildings-people-counter",
                "imbuildings-comfort-sensor", "imbuildings-office-occupancy-counter", "imbuildings-moodbox",
            )
        ),
        "chirpstack": ("People Counter", "Comfort Sensor"),
    },
)  # fmt: skip
