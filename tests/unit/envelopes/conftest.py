"""A parser for any format, messages to begin from, and what a real ChirpStack and The Things Stack published."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from gateway.config import PipelineSettings, PlainMapping, SourceBase
from gateway.envelopes import parser
from gateway.envelopes.clock import rfc3339_ns
from gateway.model import Received, RejectedError

NOW = rfc3339_ns("2026-11-22T17:00:05Z")
EUI = "a840410000000001"
TOPIC = f"application/5300cdb1-3e09-48eb-8e12-564bfa7b866d/device/{EUI}/event/"

CHIRPSTACK_UP = {
    "deduplicationId": "7078c20a-534c-45e4-b777-0032339e43f9",
    "time": "2026-11-22T17:00:04.123456+00:00",
    "deviceInfo": {
        "deviceProfileName": "Dragino LHT65N",
        "deviceName": "Döppersberg",
        "devEui": EUI,
        "tags": {"decoder": "dragino-lht65n", "lat": "51.2562", "lon": "7.1508"},
    },
    "fCnt": 7,
    "fPort": 2,
    "data": "y/YLDQN2AQrdf/8=",
    "rxInfo": [
        {"gatewayId": "0016c001f153a14c", "nsTime": "2026-11-22T17:00:04.2+00:00", "rssi": -57, "snr": 9.5},
    ],
    "txInfo": {"modulation": {"lora": {"spreadingFactor": 7}}},
}
PAYLOAD = bytes.fromhex("cbf60b0d0376010add7fff")

TTS_UP = {
    "end_device_ids": {
        "device_id": "lht65-doeppersberg",
        "application_ids": {"application_id": "umwelt"},
        "dev_eui": EUI.upper(),
    },
    "received_at": "2026-11-22T17:00:04.2Z",
    "uplink_message": {
        "session_key_id": "AX+A",
        "f_port": 2,
        "f_cnt": 17,
        "frm_payload": "y/YLDQN2AQrdf/8=",
        "rx_metadata": [{"gateway_ids": {"gateway_id": "rathaus", "eui": "0016C001F153A14C"}, "rssi": -57, "snr": 9.5}],
        "settings": {"data_rate": {"lora": {"spreading_factor": 7}}, "frequency": "868300000"},
        "received_at": "2026-11-22T17:00:04.123456789Z",
        "consumed_airtime": "0.056576s",
        "locations": {"user": {"latitude": 51.2562, "longitude": 7.1508, "altitude": 160}},
        "version_ids": {"brand_id": "dragino", "model_id": "lht65", "firmware_version": "1.8"},
    },
}

Parse = Callable[..., Any]


def encode(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()


@pytest.fixture
def up() -> dict[str, Any]:
    """A ChirpStack up event to change."""
    return copy.deepcopy(CHIRPSTACK_UP)


@pytest.fixture
def tts_up() -> dict[str, Any]:
    """A Things Stack uplink to change."""
    return copy.deepcopy(TTS_UP)


@pytest.fixture
def now() -> int:
    return NOW


@pytest.fixture
def chirpstack() -> Parse:
    """`chirpstack(body, event="up", **received)`: the events of a message on the device's topic."""

    def parse(body: Any, event: str = "up", *, topic: str | None = None, template: str | None = None, **received: Any):
        source = SourceBase(format="chirpstack", **({} if template is None else {"topic_template": template}))
        message = Received(
            "cs", TOPIC + event if topic is None else topic, encode(body), received.pop("at", NOW), **received
        )
        return list(parser(source, PipelineSettings())(message))

    return parse


@pytest.fixture
def tts() -> Parse:
    """`tts(body, **received)`: the events of a message."""

    def parse(body: Any, topic: str = "v3/umwelt@ttn/devices/lht65-doeppersberg/up", **received: Any):
        message = Received("tts", topic, encode(body), received.pop("at", NOW), **received)
        return list(parser(SourceBase(format="tts"), PipelineSettings())(message))

    return parse


def _mapped(format_: str) -> Parse:
    def parse(body: Any, topic: str = "stadt/sensor-1", *, mapping: dict[str, Any] | None = None, **received: Any):
        source = SourceBase(format=format_, mapping=PlainMapping(**(mapping or {})))
        message = Received(format_, topic, encode(body), received.pop("at", NOW), **received)
        return list(parser(source, PipelineSettings())(message))

    return parse


@pytest.fixture
def plain() -> Parse:
    """`plain(body, topic, mapping={…}, **received)`."""
    return _mapped("plain")


@pytest.fixture
def senml() -> Parse:
    """`senml(body, topic, mapping={…}, **received)`."""
    return _mapped("senml")


@pytest.fixture
def cayenne() -> Parse:
    """`cayenne(body, topic, mapping={…}, **received)`."""
    return _mapped("cayenne")


@pytest.fixture
def rejected() -> Callable[..., RejectedError]:
    """`rejected(parse, …)`: the rejection that must come."""

    def run(parse: Parse, *args: Any, **kwargs: Any) -> RejectedError:
        with pytest.raises(RejectedError) as caught:
            parse(*args, **kwargs)
        return caught.value

    return run
