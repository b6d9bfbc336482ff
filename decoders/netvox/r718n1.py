"""Netvox R718N1: current of one phase (also R718N3: of three).

Device types 49, 4A:

49: BB IIII MM ........      uint16, mA, to be multiplied by M
    4A: report 1: BB 1111 2222 3333 MM     the multiplier of the first phase
        report 2: BB MM NN ...             those of the second and third phase
        report 3: BB 1111 2222 3333 MM     newer: bits 1..0, 3..2, 5..4 the multipliers: 1, 5, 10, 100
        report 4: BB AA ...                bits 0, 2, 4 current too low, bits 1, 3, 5 too high

Each message is read by itself: of three phases in report 1 only the first comes with its multiplier; those of the
second and third are given as they are sent ("raw"), with their multipliers.

Source: Netvox LoRaWAN Application Command; TheThingsNetwork/lorawan-devices (facts only).
"""

from decoders.kit import AnyField, Computed, Field, flag, u8, u16
from decoders.netvox._protocol import netvox, report


def _product(current: float, multiplier: float) -> float:
    return current * multiplier


def _phase(byte: int, multiplier: int, channel: str = "") -> tuple[AnyField, ...]:
    raw = f"{channel}-raw" if channel else "raw"
    factor = f"multiplier-{channel}" if channel else "multiplier"
    inputs = u16(byte, "current", "mA", channel=raw), u8(multiplier, "analog_value", "1", channel=factor)
    return Computed(quantity="current", unit="mA", inputs=inputs, function=_product, channel=channel), *inputs


FACTORS = {0: 1, 1: 5, 2: 10, 3: 100}


def _coded(number: int) -> tuple[AnyField, ...]:
    """A phase of report 3."""
    factor = Field(
        quantity="analog_value",
        unit="1",
        at=(10, 2 * (number - 1)),
        width=2,
        table=FACTORS,
        channel=f"multiplier-{number}",
    )
    raw = u16(2 + 2 * number, "current", "mA", channel=f"{number}-raw")
    product = Computed(quantity="current", unit="mA", inputs=(raw, factor), function=_product, channel=str(number))
    return product, raw, factor


LAYOUTS = (
    report((0x49,), *_phase(4, 6)),
    report((0x4A,), *_coded(1), *_coded(2), *_coded(3), kinds=(3,)),
    report(
        (0x4A,),
        *(flag(4, 2 * n, "alarm", channel=f"{n + 1}-low") for n in range(3)),
        *(flag(4, 2 * n + 1, "alarm", channel=f"{n + 1}-high") for n in range(3)),
        kinds=(4,),
    ),
    report(
        (0x4A,),
        *_phase(4, 10, "1"),
        u16(6, "current", "mA", channel="2-raw"),
        u16(8, "current", "mA", channel="3-raw"),
    ),
    report(
        (0x4A,),
        u8(4, "analog_value", "1", channel="multiplier-2"),
        u8(5, "analog_value", "1", channel="multiplier-3"),
        kinds=(2,),
    ),
)

DECODER = netvox("R718N1", *LAYOUTS, also=("R718N3", "R718N13", "R718N17", "R718N3D", "R718N37", "R718N315"))
