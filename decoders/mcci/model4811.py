"""MCCI Model 4811: power meter.

    port 1, format 19: flags for battery, boots, Modbus error, energy used and sourced (100 W.h), demand (W), and used
    energy and demand of a branch

Source: https://github.com/TheThingsNetwork/lorawan-devices (mcci/codec-model4811.js), facts only.
"""

import math
import struct

from decoders.mcci._flags import BATTERY, BOOTS, Block, Section, mcci, message, number, several, signed


def energy(quantity: str, channel: str = "") -> Block:
    """100 W.h."""
    return Block(4, ((quantity, "W.h", channel),), lambda data: (signed(data) * 100,))


def demand(channel: str = "") -> Block:
    """A float of 32 bits."""

    def read(data: bytes) -> tuple[float | None]:
        (value,) = struct.unpack(">f", data)
        return (value if math.isfinite(value) else None,)

    return Block(4, (("power", "W", channel),), read)


SECTION = Section(
    {
        0: BATTERY,
        1: BOOTS,
        2: number(2, "fault_code", channel="modbus"),
        3: several(energy("energy"), energy("energy_exported")),
        4: demand(),
        5: energy("energy", "branch"),
        6: demand("branch"),
    }
)

DECODER = mcci("Model 4811", "model4811", (message(1, SECTION, format_=0x19),), ("model4811", "codec-model4811"))
