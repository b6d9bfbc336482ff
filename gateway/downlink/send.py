"""Hands downlinks to network servers: MQTT (ChirpStack, The Things Stack), gRPC (ChirpStack)."""

from __future__ import annotations

import asyncio

import aiomqtt

from gateway.config import Mqtt5Source, Mqtt311Source
from gateway.downlink.messages import Downlink, DownlinkError, Publication, checked
from gateway.transports.tls import client_context

WITHIN = 15.0
"""s until a network server must have taken a downlink."""


async def publish(source: Mqtt5Source | Mqtt311Source, publication: Publication) -> None:
    """Publish with QoS 1 over the broker of a source and wait for its acknowledgement; raises DownlinkError.

    The connection has a client id of its own: the gateway's goes on beside it.
    """
    protocol = aiomqtt.ProtocolVersion.V5 if isinstance(source, Mqtt5Source) else aiomqtt.ProtocolVersion.V311
    where = f"{source.host}:{source.port}"
    try:
        async with (
            asyncio.timeout(WITHIN),
            aiomqtt.Client(
                source.host,
                source.port,
                username=source.username,
                password=source.password.read(),
                protocol=protocol,
                tls_context=client_context(source.tls) if source.tls is not None else None,
                timeout=WITHIN,
            ) as client,
        ):
            await client.publish(publication.topic, publication.body, qos=1)
    except aiomqtt.MqttError as error:
        raise DownlinkError(f"{where}: {error}") from error
    except (OSError, TimeoutError) as error:
        raise DownlinkError(f"{where}: {str(error) or f'no answer within {WITHIN:g} s'}") from error


async def enqueue(
    address: str, token: str, device: str, downlink: Downlink, *, ca: bytes | None = None, plaintext: bool = False
) -> str:
    """Put a downlink into a device's queue over ChirpStack's gRPC API.

    Args:
        address: HOST:PORT.
        token: API key.
        device: DevEUI.
        downlink: what it is to get.
        ca: authority of the server's certificate, PEM; None: the usual ones.
        plaintext: no TLS (a server on this machine).

    Returns:
        the id of the queue item; raises DownlinkError.
    """
    import grpc  # type: ignore[import-untyped]  # noqa: PLC0415 - slow to load, and only this way needs it
    from chirpstack_api import api  # type: ignore[import-untyped]  # noqa: PLC0415 - the same

    checked(downlink)
    if plaintext:
        channel = grpc.aio.insecure_channel(address)
    else:
        channel = grpc.aio.secure_channel(address, grpc.ssl_channel_credentials(ca))
    item = api.DeviceQueueItem(
        dev_eui=device.lower(), confirmed=downlink.confirmed, f_port=downlink.port, data=downlink.payload
    )
    async with channel:
        try:
            answer = await api.DeviceServiceStub(channel).Enqueue(
                api.EnqueueDeviceQueueItemRequest(queue_item=item),
                metadata=(("authorization", f"Bearer {token}"),),
                timeout=WITHIN,
            )
        except grpc.aio.AioRpcError as error:
            raise DownlinkError(f"{address}: {error.code().name}: {error.details()}") from error
    return str(answer.id)
