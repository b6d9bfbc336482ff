"""Elvaco CMi4110, 4111, 4130, 4140, 4160: modules in heat meters of Landis+Gyr, Itron, Kamstrup, Diehl.

fPort 2: a number that tells the kind of message, then M-Bus records as in `decoders.oms`.

A value during an error (function 3) is left out; the error flags come as a code.

Source: Elvaco CMi4100 manuals; https://github.com/TheThingsNetwork/lorawan-devices (vendor/elvaco), facts only.
"""

from __future__ import annotations

from decoders.kit import Decoder, Function, Readings
from decoders.oms._records import read
from decoders.oms._tables import HEAT
from decoders.oms._telegram import MEANINGS


def _read(payload: bytes, _port: int) -> Readings:
    return read(payload[1:], HEAT)


LAYOUT = Function(_read, ports=2, length=range(3, 243), quantities=MEANINGS, missing=True)


def _module(number: int) -> Decoder:
    return Decoder(
        id=f"elvaco-cmi41-{number}",
        vendor="Elvaco",
        model=f"CMi{number}",
        source=f"https://github.com/TheThingsNetwork/lorawan-devices, vendor/elvaco/cmi{number}.js",
        layouts=(LAYOUT,),
        identifiers={"ttn": (f"elvaco/cmi{number}",), "chirpstack": (f"CMi{number}",)},
    )


DECODERS = tuple(_module(number) for number in (4110, 4111, 4130, 4140, 4160))
