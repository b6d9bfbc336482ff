"""What a network server is to be told: topics and bodies, without sending them."""

from __future__ import annotations

import base64
import json
import re
from typing import NamedTuple

_EUI = re.compile(r"[0-9a-f]{16}")
_ID = re.compile(r"[a-z0-9](?:-?[a-z0-9]){1,35}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_USER = re.compile(r"[a-z0-9-]{2,36}@[a-z0-9-]{1,36}|[a-z0-9-]{2,36}")
MAX_PAYLOAD = 242


class DownlinkError(ValueError):
    """A downlink that cannot be written or sent, in words."""


class Downlink(NamedTuple):
    """What a device is to get. `port` 1 to 223."""

    port: int
    payload: bytes
    confirmed: bool = False


class Publication(NamedTuple):
    """An MQTT message."""

    topic: str
    body: bytes


def checked(downlink: Downlink) -> Downlink:
    """The same; raises DownlinkError when LoRaWAN cannot carry it."""
    if not 1 <= downlink.port <= 223:
        raise DownlinkError(f"fPort {downlink.port}: 1 to 223 can be used")
    if not 1 <= len(downlink.payload) <= MAX_PAYLOAD:
        raise DownlinkError(f"{len(downlink.payload)} bytes: a downlink has 1 to {MAX_PAYLOAD}")
    return downlink


def _require(pattern: re.Pattern[str], text: str, what: str) -> str:
    if pattern.fullmatch(text) is None:  # it becomes part of a topic
        raise DownlinkError(f"{what} {text!r} is not of the form it must have")
    return text


def chirpstack(application: str, device: str, downlink: Downlink) -> Publication:
    """For ChirpStack's MQTT integration."""
    eui = _require(_EUI, device.lower(), "DevEUI")
    application = _require(_UUID, application.lower(), "application id")
    body = {
        "devEui": eui,
        "confirmed": downlink.confirmed,
        "fPort": checked(downlink).port,
        "data": base64.b64encode(downlink.payload).decode(),
    }
    return Publication(f"application/{application}/device/{eui}/command/down", json.dumps(body).encode())


def things_stack(user: str, device: str, downlink: Downlink) -> Publication:
    """For The Things Stack's MQTT server; `user` is "app@tenant", `device` the device id.

    "push" puts it behind what already waits in the device's queue.
    """
    user = _require(_USER, user, "user")
    device = _require(_ID, device, "device id")
    message = {
        "f_port": checked(downlink).port,
        "frm_payload": base64.b64encode(downlink.payload).decode(),
        "confirmed": downlink.confirmed,
        "priority": "NORMAL",
    }
    return Publication(f"v3/{user}/devices/{device}/down/push", json.dumps({"downlinks": [message]}).encode())
