"""Any meter that speaks OMS: wireless M-Bus over a bridge, mioty, or LoRaWAN with M-Bus records.

Any fPort: a telegram as in `_telegram`, not encrypted. What is metered is taken from its header; water when it has
none.

Source: see `_telegram`, `_records`.
"""

from __future__ import annotations

from decoders.kit import Decoder, Function, Readings
from decoders.oms._telegram import MEANINGS, telegram


def _read(payload: bytes, _port: int) -> Readings:
    return telegram(payload)


DECODER = Decoder(
    id="oms-meter",
    vendor="OMS",
    model="Meter",
    source="EN 13757-3, OMS specification volume 2",
    layouts=(Function(_read, quantities=MEANINGS, missing=True),),
    identifiers={"chirpstack": ("OMS", "M-Bus", "wM-Bus")},
)
