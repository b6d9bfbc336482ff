"""Netvox R718N1: current of one phase (also R718N3: of three).

Device types 49, 4A:

49: BB IIII MM ........      uint16, mA, to be multiplied by M
    4A: report 1: BB 1111 2222 3333 MM     the multiplier of the first phase
        report 2: BB MM NN ...             those of the second and third phase

Each message is read by itself: of three phases only the first comes with its multiplier; those of the second and third
are given as they are sent ("raw"), with their multipliers.

Source: Netvox LoRaWAN Application Command; TheThingsNetwork/lorawan-devices (facts only).
"""

from decoders.kit import AnyField, Computed, u8, u16
from decoders.netvox._protocol import netvox, report


def _product(current: float, multiplier: float) -> float:
    return current * multiplier


def _phase(byte: int, multiplier: int, channel: str = "") -> tuple[AnyField, ...]:
    raw = f"{channel}-raw" if channel else "raw"
    factor = f"multiplier-{channel}" if channel else "multiplier"
    inputs = u16(byte, "current", "mA", channel=raw), u8(multiplier, "analog_value", "1", channel=factor)
    return Computed(quantity="current", unit="mA", inputs=inputs, function=_product, channel=channel), *inputs


LAYOUTS = (
    report((0x49,), *_phase(4, 6)),
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
