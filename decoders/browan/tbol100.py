"""Browan TBOL100: Tabs object locator (and the industrial tracker of the same frame): position only.

fPort 136, 11 bytes, little-endian:

    SS BB TT AA AA AA AA OO OO OO OO

- S: bit 0: button, bit 1: moving, bit 3: no fix, bit 4: fault of the receiver
- B: bits 3..0 battery, V = (25 + B) / 10; 0 while it charges
- T: bits 6..0 temperature of the board, degC = T - 32
- A: bits 27..0 latitude, int28, 0.000001 deg
- O: bits 28..0 longitude, int29, 0.000001 deg; bits 31..29 accuracy a, better than 2**(a + 2) m; 7: worse than 256 m

Without a fix the position is the last one known, which may be old; it is then left out.

Source: https://github.com/TheThingsNetwork/lorawan-devices (browan/objectlocator-codec.yaml and
industrialtracker-codec.yaml), facts only.
"""

from decoders.browan._tabs import BOARD, tabs
from decoders.kit import Field, When, bits, flag

FIX = When(at=(0, 3), width=1, equals=0)

DECODER = tabs(
    "TBOL100",
    136,
    range(11, 14),
    (
        Field(quantity="latitude", unit="deg", at=24, width=28, signed=True, div=1000000, when=FIX),
        Field(quantity="longitude", unit="deg", at=56, width=29, signed=True, div=1000000, when=FIX),
        Field(
            quantity="position_accuracy",
            unit="m",
            at=85,
            width=3,
            table={step: 2 ** (step + 2) for step in range(7)},
            missing=7,
            when=FIX,
        ),
        flag(0, 0, "button"),
        flag(0, 1, "moving"),
        flag(0, 4, "fault", channel="gnss"),
        bits(1, 3, 0, "battery_voltage", "V", add=25, div=10, missing=0),
        BOARD,
    ),
    ttn=("objectlocator", "industrialtracker"),
    chirpstack=("Object Locator", "Industrial Tracker"),
)
