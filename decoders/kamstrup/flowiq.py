"""Kamstrup flowIQ and MULTICAL: water and heat meters, M-Bus records over LoRaWAN.

Any fPort: a telegram as in `decoders.oms`; the maker's own records in `_own`. Heat meters give energy, too.

Source: https://github.com/TheThingsNetwork/lorawan-devices (kamstrup/mbusparser.js), facts only.
"""

from __future__ import annotations

from decoders.kamstrup._own import OWN, QUANTITIES
from decoders.kit import Decoder, Function, Readings
from decoders.oms._tables import HEAT, WATER, Medium
from decoders.oms._telegram import MEANINGS, telegram


def _meter(model: str, name: str, medium: Medium, ttn: tuple[str, ...]) -> Decoder:
    def read(payload: bytes, _port: int) -> Readings:
        return telegram(payload, medium, OWN)

    return Decoder(
        id=f"kamstrup-{name}",
        vendor="Kamstrup",
        model=model,
        source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/kamstrup/mbusparser.js",
        layouts=(Function(read, quantities=(*MEANINGS, *QUANTITIES), missing=True),),
        identifiers={"ttn": tuple(f"kamstrup/{n}" for n in ttn), "chirpstack": (model,)},
    )


DECODERS = (
    _meter("flowIQ", "flowiq", WATER, ("mbusparser", "flowiq2200-02k73a", "flowiq")),
    _meter("MULTICAL", "flowiq-multical", HEAT, ("hc-003-55-multical", "multical")),
)
