"""The steps to a subscribed connection: open, CONNECT, SUBSCRIBE; and a trial of them for `gateway check`."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

import structlog
from mqtt5 import ConnAckPacket, ConnectPacket, QoS, RetainHandling, TopicFilter

from gateway.config import ConfigError, Mqtt5Source
from gateway.transports.mqtt_batch import Batcher, MqttStatus, NoJournal
from gateway.transports.mqtt_protocol import MqttProtocol
from gateway.transports.mqtt_words import MqttError, Patience, address, connect_refusal, subscribe_refusal
from gateway.transports.tls import TlsFiles

CONNECT_WITHIN = 15.0
ANSWER_WITHIN = 15.0
FILTERS_AT_ONCE = 8
"""Topic filters in one SUBSCRIBE: AWS IoT Core takes no more, and the specification sets no limit."""


def topic_filters(settings: Mqtt5Source) -> dict[str, TopicFilter]:
    """The subscriptions of a source by their full name.

    The broker clears the retain flag of live messages (retain as published 0), so the flag says one thing: old
    state that the broker had stored. Such state is sent once for each new subscription, not at every reconnect.

    Raises:
        ConfigError: a topic filter or the share group is not valid in MQTT.
    """
    group = settings.share_group
    if group is not None and (not group or set(group) & set("/+#\0")):
        raise ConfigError(f"share_group {group!r} may not be empty and may not hold / + or #")
    filters = {}
    for topic in settings.topics:
        name = f"$share/{group}/{topic}" if group else topic
        if not topic or "\0" in topic:
            raise ConfigError(f"topic filter {topic!r} is not valid: it is empty or holds a NUL character")
        try:
            filters[name] = TopicFilter(
                name,
                max_qos=QoS(settings.qos),
                retain_as_published=False,
                retain_handling=RetainHandling.SEND_IF_SUBSCRIPTION_NOT_EXISTS,
            )
        except ValueError as error:
            raise ConfigError(f"topic filter {topic!r} is not valid: # only at the end, + only as a level") from error
    return filters


def connect_packet(settings: Mqtt5Source) -> bytes:
    """CONNECT that continues the session; the password is read anew each time.

    `max_packet_size` is not announced: Mosquitto 2.0.11 drops what exceeds it, but keeps counting it as in flight, and
    after `receive_maximum` such messages nothing comes any more. `PacketReader` skips them instead.

    Raises:
        ConfigError: the password cannot be read.
    """
    password = settings.password.read()
    return ConnectPacket(
        settings.client_id,
        username=settings.username,
        password=None if password is None else password.encode(),
        clean_start=settings.session_expiry == 0,
        keep_alive=settings.keep_alive,
        session_expiry_interval=settings.session_expiry,
        receive_max=settings.receive_maximum,
    ).write()


@asynccontextmanager
async def opened(
    settings: Mqtt5Source, tls: TlsFiles | None, make: Callable[[], MqttProtocol]
) -> AsyncIterator[tuple[MqttProtocol, ConnAckPacket]]:
    """A connection that the broker has accepted, aborted at the end of the block if it is still open.

    Raises:
        MqttError: no connection, or the broker refuses it; the words say why.
    """
    where = address(settings)
    try:
        packet = connect_packet(settings)
        context = await asyncio.to_thread(tls.context) if tls else None
    except (ConfigError, ValueError) as error:  # text above 65,535 bytes is a ValueError
        raise MqttError(f"cannot connect to broker {where}: {error}") from error
    protocol = make()
    try:
        async with asyncio.timeout(CONNECT_WITHIN):
            await asyncio.get_running_loop().create_connection(
                lambda: protocol, settings.host, settings.port, ssl=context
            )
    except TimeoutError as error:
        raise MqttError(f"broker {where} did not answer within {CONNECT_WITHIN:g} s") from error
    except ssl.SSLError as error:
        raise MqttError(f"no TLS connection to broker {where}: {_tls_words(error)}") from error
    except (OSError, UnicodeError) as error:  # a name that cannot be a host name is a UnicodeError
        raise MqttError(f"cannot reach broker {where}: {error}") from error
    try:
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                connack = await protocol.connect(packet)
        except TimeoutError as error:
            raise MqttError(f"broker {where} did not answer CONNECT within {ANSWER_WITHIN:g} s") from error
        refusal = connect_refusal(settings, connack)
        if refusal is not None:
            raise refusal
        yield protocol, connack
    finally:
        await protocol.abort()


async def subscribe(
    protocol: MqttProtocol, settings: Mqtt5Source, filters: Iterable[TopicFilter]
) -> dict[str, tuple[int, str | None]]:
    """Subscribe; for each filter the QoS granted and why it was refused (None when it was not).

    Raises:
        MqttError: no answer, or the connection ended.
    """
    answers: dict[str, tuple[int, str | None]] = {}
    rest = list(filters)
    while rest:
        some, rest = rest[:FILTERS_AT_ONCE], rest[FILTERS_AT_ONCE:]
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                suback = await protocol.subscribe(some)
        except TimeoutError as error:
            words = f"broker {address(settings)} did not answer SUBSCRIBE within {ANSWER_WITHIN:g} s"
            raise MqttError(words) from error
        if len(suback.reason_codes) != len(some):
            raise MqttError(f"broker {address(settings)} answered SUBSCRIBE for another number of topic filters")
        for topic, code in zip(some, suback.reason_codes, strict=True):
            answers[topic.pattern] = (int(code), subscribe_refusal(code, suback.reason_str))
    return answers


async def probe(settings: Mqtt5Source) -> str:
    """Try what the source will do, beside a running gateway: connect and subscribe, then leave.

    It connects as `client_id` + "-check" without a session, and subscribes at QoS 0 outside the share group,
    because inside it would take messages away from the gateway that runs.

    Returns:
        What was found, in words.

    Raises:
        MqttError: the broker cannot be reached, refuses the connection or a topic filter.
        ConfigError: the configuration cannot work.
    """
    topic_filters(settings)
    trial = settings.model_copy(
        update={
            "client_id": f"{settings.client_id}-check",
            "session_expiry": 0,
            "receive_maximum": 1,
        }
    )
    log = structlog.get_logger().bind(source="check")
    status = MqttStatus("check")
    batcher = Batcher(NoJournal(), status, log)
    tls = TlsFiles(settings.tls) if settings.tls else None

    def make() -> MqttProtocol:
        return MqttProtocol("check", trial, batcher, set(), status, time.time_ns, log)

    async with opened(trial, tls, make) as (protocol, connack):
        filters = [
            TopicFilter(topic, max_qos=QoS.AT_MOST_ONCE, retain_handling=RetainHandling.SEND_NEVER)
            for topic in settings.topics
        ]
        answers = await subscribe(protocol, trial, filters)
        await protocol.disconnect()
    refused = [f"{topic}: {why}" for topic, (_, why) in answers.items() if why]
    if refused:
        raise MqttError(f"broker {address(settings)} refuses topic filters: {'; '.join(refused)}", Patience.LONG)
    notes = [f"{len(answers)} topic filters granted", "TLS" if settings.tls else "no TLS"]
    if int(connack.max_qos) < settings.qos:
        notes.append(f"QoS {int(connack.max_qos)} at most, {settings.qos} is configured")
    if connack.session_expiry_interval is not None and settings.session_expiry:
        notes.append(f"keeps sessions {connack.session_expiry_interval} s")
    return f"MQTT 5 broker {address(settings)}: {', '.join(notes)}"


def _tls_words(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    return str(error.reason or error)
