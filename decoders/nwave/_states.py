"""How Nwave's parking sensors say for how long the last state lasted.

One byte beside a flag, 0 to 127: below 90 minutes; 90 to 119: steps of 5 minutes from 90; 120 to 126: steps of an hour
from 240 minutes; 127: eleven hours or longer.

Source: https://github.com/TheThingsNetwork/lorawan-devices (nwave/nps405.js), facts only.
"""

from decoders.kit import Decoder, Field, Frame


def minutes(code: int) -> float:
    """Shortest time that a code stands for, in minutes."""
    if code < 90:
        return code
    if code < 120:
        return 90 + (code - 90) * 5
    return 240 + (code - 120) * 60


def error(code: int) -> float | None:
    """How much longer it may have been, in minutes; None when it is not known."""
    if code < 90:
        return 0
    if code < 120:
        return 4
    return 59 if code < 127 else None


def duration(low: int) -> tuple[Field, ...]:
    """Time of the last state in 7 bits of the first byte, from bit `low`."""
    at = (0, low)
    return (
        Field(quantity="duration", unit="min", at=at, width=7, convert=minutes, channel="previous_state"),
        Field(quantity="duration", unit="min", at=at, width=7, convert=error, channel="previous_state_error"),
    )


DEBUG = Frame(ports=6, length=range(1, 243), note="a debug message")


def nwave(model: str, *layouts: Frame, ttn: tuple[str, ...]) -> Decoder:
    """A decoder of one model."""
    return Decoder(
        id=f"nwave-{model.lower()}",
        vendor="Nwave",
        model=model,
        source=f"https://github.com/TheThingsNetwork/lorawan-devices, vendor/nwave/{ttn[0]}.js",
        layouts=(*layouts, DEBUG),
        identifiers={"ttn": tuple(f"nwave/{name}" for name in ttn), "chirpstack": (model,)},
    )
