"""Ewattch Ambiance, Presence, Squid, Tyness, TyNode, Impulse: climate, current clamps, meters, inputs.

Any fPort, see `_objects`.

Source: see `_objects`.
"""

from __future__ import annotations

from decoders.ewattch._objects import MEANINGS, Objects
from decoders.kit import DecodeError, Decoder, Function, Reading, Readings

STATE_SIZES = {0x00: 1, 0x02: 2, 0x04: 1, 0x08: 2}
BATTERY = 0x04


def _state(data: bytes) -> Readings:
    found = []
    at = 0
    while at < len(data):
        kind = data[at] & 0x7E
        if kind not in STATE_SIZES:
            raise DecodeError("unsupported", f"state {kind:#04x}")
        if kind == BATTERY:
            found.append(Reading("battery_level", float(data[at + 1]), "%", "0-0"))
        at += 1 + STATE_SIZES[kind]
    return Readings(tuple(found))


def _read(payload: bytes, _port: int) -> Readings:
    if payload[1] != len(payload) - 2:
        raise DecodeError("length", f"{payload[1]} bytes announced, {len(payload) - 2} there")
    if payload[0]:
        return _state(payload[2:])
    objects = Objects(payload[2:])
    objects.read()
    return Readings(tuple(objects.found), tuple(objects.warnings))


DECODER = Decoder(
    id="ewattch-node",
    vendor="Ewattch",
    model="TyNode",
    source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/ewattch/EwattchLorawanDecoder.js",
    layouts=(Function(_read, length=range(3, 243), quantities=MEANINGS, missing=True),),
    identifiers={
        "ttn": tuple(f"ewattch/{n}" for n in ("ambiance", "squid", "squidpro", "tyness", "tynode", "environment")),
        "chirpstack": ("Ambiance", "Squid", "SquidPRO", "Tyness", "TyNode"),
    },
)
