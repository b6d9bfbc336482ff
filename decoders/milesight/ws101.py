"""Milesight WS101: button.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB           battery, %
    FF 2E PP           pressed: 1 short, 2 long, 3 twice

Source: https://github.com/Milesight-IoT/SensorDecoders (WS101).
"""

from decoders.kit import Record, u8
from decoders.milesight._records import milesight

PRESSES = {1: "short", 2: "long", 3: "double"}


def _press(code: int) -> tuple[int, ...]:
    """The codes that are not this press."""
    return tuple(other for other in range(256) if other != code)


DECODER = milesight(
    "WS101",
    {
        0xFF2E: Record(
            1,
            tuple(
                u8(0, "button", "1", table={code: 1}, missing=_press(code), channel=name)
                for code, name in PRESSES.items()
            ),
        ),
    },
    ttn=("ws101",),
)
