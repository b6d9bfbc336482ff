"""Sensus iPERL: water meter, M-Bus records over LoRaWAN.

Any fPort (20 alarms): a telegram as in `decoders.oms`; hourly values come as a profile.

Source: https://github.com/TheThingsNetwork/lorawan-devices (sensus/iperl-codec.yaml), facts only; EN 13757-3.
"""

from __future__ import annotations

from decoders.kit import Decoder, Function, Readings
from decoders.oms._tables import WATER
from decoders.oms._telegram import MEANINGS, telegram


def _read(payload: bytes, _port: int) -> Readings:
    return telegram(payload, WATER)


DECODER = Decoder(
    id="sensus-iperl",
    vendor="Sensus",
    model="iPERL",
    source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/sensus/iperl-codec.yaml",
    layouts=(Function(_read, quantities=MEANINGS, missing=True),),
    identifiers={"ttn": ("sensus/iperl", "sensus/iperl-oms"), "chirpstack": ("iPERL",)},
)
