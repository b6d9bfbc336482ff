"""B METERS HYDRODIGIT: water meter.

Any fPort, 9 bytes, 11 with temperature: `2D XXXXXX XY YYYYYY AA [TTTT]`

- X: litres, 28 bit, the lowest byte first, its highest 4 bit in the upper half of byte 4; Y: what flowed back, its
  highest 4 bit in the lower half of byte 4, the others after it, the lowest byte first
- A: bits 0 leak, 1 wrong installation, 2 overflow, 3 burst, 4 reverse flow, 5 battery low, 6 diameter, 7 medium
- T: int16, big-endian, 0.1 degC

The manual draws byte 4 as halves of both numbers; how the halves of Y are put together is read from its order.

Source: B METERS HYDRODIGIT user manual 1.4.3, page 18, facts only.
"""

from decoders.kit import Computed, Decoder, Field, Frame, When, bits, flag, i16


def _together(low: float, high: float) -> float:
    return low + high * (1 << 24)


def _volume(quantity: str, byte: int, bit: int) -> Computed:
    low = Field(quantity="", at=8 * byte, width=24, byteorder="little")
    return Computed(quantity=quantity, unit="L", inputs=(low, bits(4, bit + 3, bit, "")), function=_together)


DECODER = Decoder(
    id="b-meters-hydrodigit",
    vendor="B METERS",
    model="HYDRODIGIT",
    source="B METERS HYDRODIGIT user manual 1.4.3",
    layouts=(
        Frame(
            length=(9, 11),
            when=When(at=0, equals=0x2D),
            fields=(
                _volume("water_volume", 1, 4),
                _volume("water_volume_reverse", 5, 0),
                flag(8, 0, "leak"),
                flag(8, 1, "fault", channel="installation"),
                flag(8, 2, "alarm", channel="overflow"),
                flag(8, 3, "burst"),
                flag(8, 4, "backflow"),
                flag(8, 5, "battery_low"),
                i16(9, "water_temperature", "Cel", div=10),
            ),
        ),
    ),
    identifiers={"ttn": ("b-meters/hydrodigit",), "chirpstack": ("HYDRODIGIT",)},
)
