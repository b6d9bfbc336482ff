"""Netvox R718KA: 4..20 mA inputs (also R718KA2).

Device types 22, 44:

22: BB II FF ............    mA, and 0.1 mA behind it
    44: BB 11 22 ff gg ......    two inputs, then what is behind them

Source: Netvox LoRaWAN Application Command; TheThingsNetwork/lorawan-devices (facts only).
"""

from decoders.kit import AnyField, Computed, u8
from decoders.netvox._protocol import netvox, report


def _current(whole: int, fine: int, channel: str, suffix: str) -> tuple[AnyField, ...]:
    milli, tenths = u8(whole, "current", "mA", channel=f"whole{suffix}"), u8(fine, "current", "mA", div=10)
    return (
        Computed(quantity="current", unit="mA", inputs=(milli, tenths), function=_sum, channel=channel),
        milli,
        u8(fine, "current", "mA", div=10, channel=f"fine{suffix}"),
    )


def _sum(whole: float, fine: float) -> float:
    return whole + fine


LAYOUTS = (
    report((0x22,), *_current(4, 5, "", "")),
    report((0x44,), *_current(4, 6, "1", "-1"), *_current(5, 7, "2", "-2")),
)

DECODER = netvox("R718KA", *LAYOUTS, also=("R718KA2",))
