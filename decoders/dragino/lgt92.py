"""Dragino LGT-92: tracker.

fPort 2, 18 bytes (11, 15 in some firmware), big-endian:

    LLLLLLLL OOOOOOOO BBBB FF RRRR PPPP HH AAAA

- L, O: latitude, longitude, int32, 1e-6 deg; 0: no fix
- B: bit 14 alarm, lower 14 bits battery, mV
- F: bits 7..6 mode of motion, bit 5 LED, bits 4..0 firmware
- R, P: roll, pitch, int16, 0.01 deg; H: dilution of precision, 0.01; A: altitude, uint16, 0.01 m

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from decoders.dragino._frames import dragino
from decoders.kit import Field, Frame, flag, i16, i32, u8, u16

NO_FIX = (0, 0x0FFFFFFF)

DECODER = dragino(
    "LGT92",
    Frame(
        ports=2,
        length=(11, 15, 18),
        fields=(
            i32(0, "latitude", "deg", div=1_000_000, missing=NO_FIX),
            i32(4, "longitude", "deg", div=1_000_000, missing=NO_FIX),
            flag(8, 6, "alarm"),
            Field(quantity="battery_voltage", unit="V", at=66, width=14, div=1000),
            i16(11, "tilt_x", "deg", div=100),
            i16(13, "tilt_y", "deg", div=100),
            u8(15, "signal_quality", "1", div=100, channel="hdop"),
            u16(16, "altitude", "m", div=100),
        ),
    ),
    ttn=("lgt92",),
    chirpstack=("LGT-92",),
)
