"""The steps to a subscribed MQTT 3.1.1 connection: open, SUBSCRIBE; and a trial of them for `gateway check`."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from secrets import token_hex

import structlog

from gateway.config import ConfigError, Mqtt311Source
from gateway.transports.mqtt_batch import Batcher, MqttStatus, NoJournal
from gateway.transports.mqtt_words import MqttError, Patience
from gateway.transports.paho import PahoConnection
from gateway.transports.tls import TlsFiles, client_context
from gateway.transports.tts_api import StorageApi, StorageError

FILTERS_AT_ONCE = 8

Make = Callable[[ssl.SSLContext | None], PahoConnection]
"""Makes a connection, over TLS or not."""


@asynccontextmanager
async def opened(settings: Mqtt311Source, tls: TlsFiles | None, make: Make) -> AsyncIterator[PahoConnection]:
    """A connection that the broker has accepted; left at the end of the block.

    Raises:
        MqttError: no connection, or the broker refuses it; the words say why.
    """
    try:
        connection = make(await asyncio.to_thread(tls.context) if tls else None)
    except ConfigError as error:
        raise MqttError(f"cannot connect to broker {settings.host}:{settings.port}: {error}") from error
    try:
        await connection.open()
        yield connection
    finally:
        await connection.leave()


async def subscribe(connection: PahoConnection, topics: Sequence[str], qos: int) -> dict[str, int | None]:
    """Subscribe; for each topic filter the QoS granted, None when it was refused.

    Raises:
        MqttError: no answer, or the connection ended.
    """
    answers: dict[str, int | None] = {}
    for at in range(0, len(topics), FILTERS_AT_ONCE):
        answers |= await connection.granted(list(topics[at : at + FILTERS_AT_ONCE]), qos)
    return answers


async def probe(settings: Mqtt311Source) -> str:
    """Try what the source will do, beside a running gateway: connect, subscribe, ask the storage, then leave.

    It connects under a client id of its own and without a session, at QoS 0.

    Returns:
        What was found, in words.

    Raises:
        MqttError: the broker cannot be reached, refuses the connection or a topic filter, or the storage refuses.
        ConfigError: the configuration cannot work.
    """
    status = MqttStatus("check")
    batcher = Batcher(NoJournal(), status, structlog.get_logger().bind(source="check"))
    tls = TlsFiles(settings.tls) if settings.tls else None

    def make(context: ssl.SSLContext | None) -> PahoConnection:
        name = f"quartier-gateway-check-{token_hex(4)}"
        return PahoConnection(
            "check", settings, context, batcher, status, time.time_ns, client_id=name, clean_session=True
        )

    async with opened(settings, tls, make) as connection:
        answers = await subscribe(connection, settings.topics, 0)
    where = f"{settings.host}:{settings.port}"
    if refused := [topic for topic, granted in answers.items() if granted is None]:
        raise MqttError(f"broker {where} refuses topic filters: {', '.join(refused)}", Patience.LONG)
    notes = [f"{len(settings.topics)} topic filters granted", "TLS" if tls else "no TLS"]
    if settings.storage is not None:
        try:
            async with StorageApi(settings.storage, storage_authority(settings)) as api:
                async for _ in api.lines(time.time_ns(), 1):
                    pass
        except StorageError as error:
            raise MqttError(str(error), error.patience) from error
        notes.append("storage answers")
    return f"MQTT 3.1.1 broker {where}: {', '.join(notes)}"


def storage_authority(settings: Mqtt311Source) -> ssl.SSLContext | None:
    """The storage stands beside the broker: a private authority holds for both."""
    return client_context(settings.tls) if settings.tls and settings.tls.ca else None
