"""What Dragino's frames share.

- the battery: mV in the lower 14 bits of the first word; the upper two are a state or an interrupt flag
- fPort 5: device information of the newer models

      MM FFFF BB SS VVVV   model, firmware, band, sub-band, battery mV

Source: Dragino's manuals (https://wiki.dragino.com) and decoders
(https://github.com/dragino/dragino-end-node-decoder), facts only.
"""

from __future__ import annotations

from collections.abc import Iterable

from decoders.kit import Decoder, Field, Frame, Layout, u16

BATTERY = Field(quantity="battery_voltage", unit="V", at=2, width=14, div=1000)
PROBE_MISSING = 0x7FFF
"""327.67 degC: no probe at the connector."""

INFORMATION = Frame(ports=5, length=7, fields=(u16(5, "battery_voltage", "V", div=1000),), note="device information")


def dragino(
    model: str, *layouts: Layout, ttn: Iterable[str], chirpstack: Iterable[str] = (), version: int = 1, source: str = ""
) -> Decoder:
    """A decoder of one model."""
    return Decoder(
        id=f"dragino-{model.lower()}",
        vendor="Dragino",
        model=model,
        version=version,
        source=source or "https://github.com/dragino/dragino-end-node-decoder",
        layouts=layouts,
        identifiers={"ttn": tuple(f"dragino/{name}" for name in ttn), "chirpstack": (model, *chirpstack)},
    )
