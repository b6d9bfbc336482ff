"""Terabee LoRa Level Monitoring XL: distance to the content of a bin, silo or tank.

Any fPort, big-endian: `DDDD LL BBBB EE`

- D: uint16, mm; 0 too close, 1 no reading, FFFF too far
- L: level, %; FF none
- B: uint16, mV
- E: bits 0 restarted after an error, 1 radio does not sleep, 2 battery not read, 3 distance sensor silent (may lack)

Source: see `_counter` (lora-lm-xl.js).
"""

from decoders.kit import Frame, u8, u16
from decoders.terabee._counter import state, terabee

DECODER = terabee(
    "LoRa Level Monitoring XL",
    "lora-lm-xl",
    Frame(
        length=(5, 6, 7),
        fields=(
            u16(0, "distance", "mm", missing=(0, 1, 0xFFFF)),
            u8(2, "bin_fill_level", "%", missing=255),
            u16(3, "battery_voltage", "V", div=1000),
            *state(5, "restart", "radio", "battery", "distance"),
        ),
    ),
)
