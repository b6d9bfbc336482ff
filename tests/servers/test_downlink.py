"""Downlinks reach a real broker and a real gRPC server, as the network servers expect them."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent import futures
from pathlib import Path

import aiomqtt
import grpc
import pytest
from chirpstack_api import api

from gateway.config import Mqtt5Source, Mqtt311Source, Secret
from gateway.downlink.messages import Downlink, DownlinkError, chirpstack, things_stack
from gateway.downlink.send import enqueue, publish
from tests.servers.mosquitto import Mosquitto, free_port

EUI = "a84041000181c061"
APPLICATION = "3e3b6f1a-0000-4000-8000-00000000000a"
MESSAGE = Downlink(85, bytes.fromhex("ff035802"), confirmed=True)


def source(broker: Mosquitto, kind: str = "mqtt5", **more: object) -> Mqtt5Source | Mqtt311Source:
    base = {"host": "127.0.0.1", "port": broker.port, **more}
    if kind == "mqtt5":
        return Mqtt5Source(type="mqtt5", format="chirpstack", topics=("application/#",), client_id="gateway", **base)
    return Mqtt311Source(type="mqtt311", format="tts", username="city@ttn", tls=None, **base)


async def received(broker: Mosquitto, topic: str, sending: object) -> aiomqtt.Message:
    async with asyncio.timeout(10), aiomqtt.Client("127.0.0.1", broker.port) as client:
        await client.subscribe(topic, qos=1)
        await sending
        return await anext(client.messages)


@pytest.mark.mosquitto
async def test_chirpstack_gets_its_command(mosquitto: Mosquitto) -> None:
    publication = chirpstack(APPLICATION, EUI, MESSAGE)
    message = await received(mosquitto, "application/+/device/+/command/down", publish(source(mosquitto), publication))
    assert str(message.topic) == f"application/{APPLICATION}/device/{EUI}/command/down"
    body = json.loads(message.payload)
    assert body.pop("data") == base64.b64encode(MESSAGE.payload).decode()
    assert body == {"devEui": EUI, "confirmed": True, "fPort": 85}


@pytest.mark.mosquitto
async def test_the_things_stack_gets_its_push(mosquitto: Mosquitto) -> None:
    publication = things_stack("city@ttn", "baum-7", MESSAGE)
    message = await received(
        mosquitto, "v3/city@ttn/devices/+/down/push", publish(source(mosquitto, "mqtt311"), publication)
    )
    assert json.loads(message.payload)["downlinks"][0]["f_port"] == 85


@pytest.mark.mosquitto
async def test_user_and_password_are_used(tmp_path: Path) -> None:
    publication = chirpstack(APPLICATION, EUI, MESSAGE)
    with Mosquitto(tmp_path / "broker", users={"gw": "secret"}) as broker:
        await publish(source(broker, username="gw", password=Secret(value="secret")), publication)
        with pytest.raises(DownlinkError) as error:
            await publish(source(broker, username="gw", password=Secret(value="wrong")), publication)
    assert str(broker.port) in str(error.value)
    assert "wrong" not in str(error.value)


async def test_a_broker_that_is_not_there_is_said() -> None:
    absent = Mqtt5Source(
        type="mqtt5", format="chirpstack", topics=("a",), client_id="g", host="127.0.0.1", port=free_port()
    )
    with pytest.raises(DownlinkError, match=r"127\.0\.0\.1"):
        await publish(absent, chirpstack(APPLICATION, EUI, MESSAGE))


class Queue(api.DeviceServiceServicer):
    """The part of ChirpStack that takes downlinks."""

    def __init__(self) -> None:
        self.items: list[api.DeviceQueueItem] = []

    def Enqueue(self, request, context):  # noqa: N802 - the name of the service's method
        if dict(context.invocation_metadata()).get("authorization") != "Bearer key":
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "authentication failed: invalid token")
        self.items.append(request.queue_item)
        return api.EnqueueDeviceQueueItemResponse(id="item-1")


@pytest.fixture
def server() -> Iterator[tuple[Queue, str]]:
    queue, running = Queue(), grpc.server(futures.ThreadPoolExecutor(2))
    api.add_DeviceServiceServicer_to_server(queue, running)
    port = running.add_insecure_port("127.0.0.1:0")
    running.start()
    yield queue, f"127.0.0.1:{port}"
    running.stop(None).wait()


async def test_chirpstack_s_api_queues_it(server: tuple[Queue, str]) -> None:
    queue, address = server
    assert await enqueue(address, "key", EUI.upper(), MESSAGE, plaintext=True) == "item-1"
    item = queue.items[0]
    assert (item.dev_eui, item.f_port, item.data, item.confirmed) == (EUI, 85, MESSAGE.payload, True)


async def test_a_refusal_of_the_api_is_said_without_the_key(server: tuple[Queue, str]) -> None:
    with pytest.raises(DownlinkError, match="UNAUTHENTICATED: authentication failed") as error:
        await enqueue(server[1], "topsecret", EUI, MESSAGE, plaintext=True)
    assert "topsecret" not in str(error.value)


def test_the_command_sends_only_when_told_to(server: tuple[Queue, str]) -> None:
    queue, address = server
    command = [sys.executable, "-m", "gateway", "downlink", EUI, "--decoder", "milesight-em300-th", "--interval", "600",
               "--grpc", address, "--plaintext"]  # fmt: skip
    environment = os.environ | {"GATEWAY_CHIRPSTACK_TOKEN": "key"}
    dry = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert "dry run" in dry.stdout
    assert queue.items == []
    done = subprocess.run([*command, "--send"], capture_output=True, text=True, env=environment, check=True)
    assert "queued: item-1" in done.stdout
    assert queue.items[0].data == bytes.fromhex("ff035802")
