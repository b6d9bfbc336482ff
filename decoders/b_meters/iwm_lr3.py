"""B METERS IWM-LR3, IWM-LR4: module on water meters.

fPort 1, 13 bytes, 15 with temperature, little-endian: `2C NNNNNNNN RRRRRRRR KK MM VV AA [TTTT]`

- N, R: the meter's reading and what flowed back, uint32
- K: pulses; M: 0 water, 1 hot water
- V: unit of N and R: 13 litre, 14, 15, 16 tens, hundreds, thousands of it (an M-Bus VIF; the published example has
  0D, read as litre, with 0E and 0F alike)
- A: bits 0 magnet, 1 removed, 2 sensor fraud, 3 leak, 4 reverse flow, 5 battery low
- T: int16, big-endian (MSB first, as in the sister model HYDRODIGIT), 0.1 degC

The published example prints 00012074 and 00000134, its own codec computes 73802 and 290 from those bytes, as here; it
takes A for a number, the manual for bits.

Source: B METERS IWM-LR3 / LR4 user manual 1.0; https://github.com/TheThingsNetwork/lorawan-devices
(b-meters/iwmlr3.js), facts only.
"""

from decoders.kit import AnyField, Decoder, Frame, When, flag, i16, u32

UNITS = {(0x0D, 0x13): 1, (0x0E, 0x14): 10, (0x0F, 0x15): 100, (0x16,): 1000}


def _volumes() -> tuple[AnyField, ...]:
    return tuple(
        u32(byte, quantity, "L", mul=factor, when=When(at=88, equals=codes))
        for codes, factor in UNITS.items()
        for byte, quantity in ((1, "water_volume"), (5, "water_volume_reverse"))
    )


DECODER = Decoder(
    id="b-meters-iwm-lr3",
    vendor="B METERS",
    model="IWM-LR3",
    source="B METERS IWM-LR3 user manual 1.0",
    layouts=(
        Frame(
            ports=1,
            length=(13, 15),
            byteorder="little",
            when=When(at=0, equals=0x2C),
            fields=(
                *_volumes(),
                flag(12, 0, "tamper", channel="magnet"),
                flag(12, 1, "tamper", channel="removal"),
                flag(12, 2, "tamper", channel="sensor"),
                flag(12, 3, "leak"),
                flag(12, 4, "backflow"),
                flag(12, 5, "battery_low"),
                i16(13, "water_temperature", "Cel", div=10, byteorder="big"),
            ),
        ),
    ),
    identifiers={"ttn": ("b-meters/iwmlr3", "b-meters/iwm-lr3"), "chirpstack": ("IWM-LR3", "IWM-LR4")},
)
