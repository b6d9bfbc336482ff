"""Dingtek waste bins: the frames that the models with an angle share (see `_frames`).

    17 bytes                  25 bytes, when the position is switched on
    5-6 distance, mm          5-6 distance, mm
    8 temperature, degC       8-11 longitude, 12-15 latitude (float, little-endian)
    9-10 angle                16 temperature, degC
    11 full, fire (halves)    17-18 angle
    12 movement, battery low (halves)   19 full, fire (halves), 20 movement, battery low (halves)

What a model calls the movement ("moving", "tilted", "fall") is the model's; not all look for fire.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/dingtek), facts only.
"""

from decoders.dingtek._frames import alarm, angle, data, distance, position, temperature
from decoders.kit import Field, Frame


def plain(movement: str, *, fire: bool) -> Frame:
    """The frame without position."""
    return data(17, distance(), temperature(), angle(9), *_alarms(11, movement, fire=fire))


def located(movement: str, *, fire: bool) -> Frame:
    """The frame with position."""
    return data(25, distance(), *position(8), temperature(16), angle(17), *_alarms(19, movement, fire=fire))


def _alarms(byte: int, movement: str, *, fire: bool) -> tuple[Field, ...]:
    return (
        alarm(byte, "high", channel="full"),
        *([alarm(byte, "low", "fire")] if fire else []),
        alarm(byte + 1, "high", movement),
        alarm(byte + 1, "low", "battery_low"),
    )
