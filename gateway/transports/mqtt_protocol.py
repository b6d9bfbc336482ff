"""One connection to an MQTT 5 broker: bytes to messages and acknowledgements, answers to those who wait for them.

Everything here is synchronous and happens in the event loop's callbacks; nothing waits and nothing raises out of
them. Who connects, subscribes and connects again is `mqtt.py`.

QoS 2: a message is taken when its PUBLISH comes, PUBREC is sent once it is durable, and its packet id is remembered
until PUBREL, so a PUBLISH that is sent again in between (also over the next connection of the same session) is
acknowledged and not taken twice. The ids are kept in memory: after a crash of the gateway such a message may be
taken twice, marked as duplicate; QoS 2 is at least once then, and the store makes it one again.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from typing import Any, cast

from mqtt5 import (
    ConnAckPacket,
    ConnAckReasonCode,
    DisconnectPacket,
    DisconnectReasonCode,
    PingReqPacket,
    PingRespPacket,
    PublishPacket,
    PubRelPacket,
    QoS,
    SubAckPacket,
    SubscribePacket,
    TopicFilter,
)
from structlog.typing import FilteringBoundLogger

from gateway.config import Mqtt5Source
from gateway.model import Received
from gateway.transports.mqtt_batch import Batcher, MqttStatus
from gateway.transports.mqtt_wire import Incoming, MalformedError, Oversized, PacketReader, Salvaged
from gateway.transports.mqtt_words import MqttError, Patience, address, closed, disconnected

# An acknowledgement without a reason is four bytes: type and flags, remaining length 2, packet id.
PUBACK, PUBREC, PUBCOMP = 0x40020000, 0x50020000, 0x70020000

_PING = PingReqPacket().write()
_CLOSE_WITHIN = 2.0


class MqttProtocol(asyncio.Protocol):
    """The connection as asyncio sees it.

    Attributes:
        ended: gets the reason when the connection is over or of no more use.
        heard_at: event loop time of the last message, at first of the connection.
    """

    def __init__(
        self,
        name: str,
        settings: Mqtt5Source,
        batcher: Batcher,
        unreleased: set[int],
        status: MqttStatus,
        clock: Callable[[], int],
        log: FilteringBoundLogger,
    ) -> None:
        """Make the connection's state.

        Args:
            name: of the source.
            settings: of the source.
            batcher: takes messages and acknowledgements.
            unreleased: packet ids of QoS 2 messages taken whose PUBREL has not come; lives as long as the session.
            status: counted into.
            clock: receive time, ns since the epoch.
            log: bound to the source.
        """
        self._loop = asyncio.get_running_loop()
        self._name, self._settings, self._status, self._clock, self._log = name, settings, status, clock, log
        self._batcher = batcher
        self._unreleased = unreleased
        self._reader = PacketReader(settings.max_packet_size)
        self._answers: list[int] = []
        self._accepted = False
        self._draining = False
        self._paused = False
        self._held = False
        self._next_id = 0
        self._connack: asyncio.Future[ConnAckPacket] = self._loop.create_future()
        self._subacks: dict[int, asyncio.Future[SubAckPacket]] = {}
        self._pong_within = 0.0
        self._pong_timer: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None
        self._closed: asyncio.Future[None] = self._loop.create_future()
        self.ended: asyncio.Future[MqttError] = self._loop.create_future()
        self.heard_at = self._loop.time()

    # Called by the event loop.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A new connection: from now on its messages go to the batcher."""
        self._transport = cast("asyncio.Transport", transport)
        self._batcher.attach(self)

    def data_received(self, data: bytes) -> None:
        """Take every message that is complete with these bytes. This is the hot path."""
        if self.ended.done():
            return
        packets = self._reader.feed(data)
        name, messages, acks, now = self._name, self._batcher.messages, self._batcher.acks, self._clock()
        had, had_acks = len(messages), len(acks)
        for packet in packets:
            if type(packet) is PublishPacket or type(packet) is Salvaged:
                if packet.packet_id is None:
                    if not packet.topic:
                        self._protocol_error("a message without a topic (no alias was allowed)")
                        break
                elif not self._take(packet, acks):
                    if self.ended.done():
                        break
                    continue
                messages.append(
                    Received(
                        name,
                        packet.topic,
                        packet.payload,
                        now,
                        packet.retain,
                        packet.duplicate,
                        packet.content_type or "",
                    )
                )
            elif not self._control(packet, acks):
                break
        self._status.bytes += len(data)
        count = len(messages) - had
        if count:
            self._status.received += count
            self._status.last_message_at = now
            self.heard_at = self._loop.time()
        if count or len(acks) != had_acks:
            self._batcher.gathered(len(data))
        if self._answers:
            self._send(_four_bytes(self._answers))
            self._answers.clear()
        if self._reader.error is not None and not self.ended.done():
            self._malformed(self._reader.error)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone: those who wait for an answer hear of it."""
        self._end(MqttError(closed(self._settings, exc, accepted=self._accepted)))
        self._batcher.detach(self)
        self._closed.set_result(None)

    # Called by the batcher.

    def acknowledge(self, acks: list[int]) -> None:
        """Send PUBACKs and PUBRECs in one write.

        What the broker does not read stays in the transport's buffer, which the receive maximum bounds: four bytes
        for each message the broker may have in flight.
        """
        self._send(_four_bytes(acks))

    def pause(self) -> None:
        """Stop reading: the broker's socket fills, and the broker waits."""
        if not self._paused and self._transport and not self._transport.is_closing():
            self._paused = True
            self._transport.pause_reading()

    def resume(self) -> None:
        """Read again; an answer to a ping may still lie in the socket, so its time starts anew."""
        if self._paused and not self._held and self._transport:
            self._paused = False
            if not self._transport.is_closing():
                self._transport.resume_reading()
            if self._pong_timer:
                self._await_pong()

    # Called by the supervisor.

    async def connect(self, packet: bytes) -> ConnAckPacket:
        """Send CONNECT; the broker's answer. Raises MqttError when the connection ends first."""
        self._send(packet)
        return await self._connack

    async def subscribe(self, filters: list[TopicFilter]) -> SubAckPacket:
        """Send SUBSCRIBE; the broker's answer. Raises MqttError when the connection ends first."""
        self._next_id = packet_id = self._next_id % 65535 + 1
        answer: asyncio.Future[SubAckPacket] = self._loop.create_future()
        self._subacks[packet_id] = answer
        try:
            if self.ended.done():
                raise self.ended.result()
            self._send(SubscribePacket(packet_id, filters).write())
            return await answer
        finally:
            del self._subacks[packet_id]

    def ping(self, within: float) -> None:
        """Send PINGREQ; the connection ends when no PINGRESP comes within so many seconds (of reading)."""
        self._send(_PING)
        if self._pong_timer is None:
            self._pong_within = within
            self._await_pong()

    def hold(self) -> None:
        """Stop reading until `disconnect`, also when the journal has caught up."""
        self.pause()
        self._held = True

    async def disconnect(self) -> None:
        """Say goodbye and keep the session; what the broker has already sent at QoS 0 is still taken.

        The broker closes after DISCONNECT. To close first would reset the connection where bytes are unread, and a
        reset may overtake the last acknowledgements.
        """
        if not self.ended.done():
            self._send(DisconnectPacket().write())
            self._draining, self._held = True, False
            self.resume()
        await self._wait_closed()
        await self.abort()

    async def abort(self) -> None:
        """Close now, if it is still open."""
        if self._transport:
            self._transport.abort()
            await self._wait_closed()

    # Inside.

    async def _wait_closed(self) -> None:
        await asyncio.wait((self._closed,), timeout=_CLOSE_WITHIN)

    def _send(self, data: bytes) -> None:
        if self._transport and not self._draining and not self._transport.is_closing():
            self._transport.write(data)

    def _take(self, packet: PublishPacket | Salvaged | Oversized, acks: list[int]) -> bool:
        """Note the acknowledgement that a message at QoS 1 or 2 needs; False when the message itself is not wanted.

        While draining, such a message is left alone: it cannot be acknowledged, and the broker sends it again.
        """
        packet_id = packet.packet_id or 0
        if self._draining:
            return False
        if not packet_id or not packet.topic:
            self._protocol_error("a message without packet id or topic")
            return False
        if packet.qos == QoS.AT_LEAST_ONCE:
            acks.append(PUBACK | packet_id)
            return True
        acks.append(PUBREC | packet_id)
        known = packet_id in self._unreleased
        self._unreleased.add(packet_id)
        return not known

    def _control(self, packet: Incoming, acks: list[int]) -> bool:
        """Deal with what is no message; False when the connection is over."""
        match packet:
            case PubRelPacket():
                self._unreleased.discard(packet.packet_id)
                self._answers.append(PUBCOMP | packet.packet_id)
            case PingRespPacket():
                if self._pong_timer:
                    self._pong_timer.cancel()
                    self._pong_timer = None
            case SubAckPacket() if packet.packet_id in self._subacks:
                answer = self._subacks[packet.packet_id]
                if not answer.done():
                    answer.set_result(packet)
            case ConnAckPacket() if not self._accepted:
                self._accepted = packet.reason_code == ConnAckReasonCode.SUCCESS
                if not packet.session_present:
                    self._unreleased.clear()  # before the first message of the new session is looked at
                if not self._connack.done():
                    self._connack.set_result(packet)
            case Oversized():
                self._oversized(packet, acks)
            case DisconnectPacket():
                self._end(disconnected(self._settings, packet))
            case _:
                self._protocol_error(f"an unexpected {type(packet).__name__}")
        return not self.ended.done()

    def _oversized(self, packet: Oversized, acks: list[int]) -> None:
        """A message above the announced size has been skipped; unacknowledged, it would come again for ever."""
        self._status.oversized += 1
        self._log.warning(
            "message above max_packet_size dropped",
            topic=packet.topic,
            size=packet.size,
            max_packet_size=self._settings.max_packet_size,
        )
        if packet.qos:
            self._take(packet, acks)

    def _await_pong(self) -> None:
        if self._pong_timer:
            self._pong_timer.cancel()
        self._pong_timer = self._loop.call_later(self._pong_within, self._no_pong)

    def _no_pong(self) -> None:
        if self._paused:
            self._await_pong()
        else:
            words = f"broker {address(self._settings)} has not answered a ping within {self._pong_within:g} s"
            self._end(MqttError(words))

    def _protocol_error(self, what: str) -> None:
        self._malformed(MalformedError(f"the broker sent {what}", DisconnectReasonCode.PROTOCOL_ERROR))

    def _malformed(self, error: MalformedError) -> None:
        """End the connection and say why."""
        self._status.malformed += 1
        words = f"broker {address(self._settings)}: {error}"
        if self._accepted:
            self._send(DisconnectPacket(reason_code=error.code).write())
            self._end(MqttError(words))
        else:
            self._end(MqttError(f"{words}: is it an MQTT 5 broker? (for MQTT 3.1.1 use type mqtt311)", Patience.LONG))

    def _end(self, error: MqttError) -> None:
        """The connection is of no more use. Only the first reason counts."""
        if self._pong_timer:
            self._pong_timer.cancel()
            self._pong_timer = None
        if self.ended.done():
            return
        self.ended.set_result(error)
        answers: list[asyncio.Future[Any]] = [self._connack, *self._subacks.values()]
        for answer in answers:
            if not answer.done():
                answer.set_exception(error)
        if self._connack.done() and not self._connack.cancelled():
            self._connack.exception()  # nobody may be waiting; then asyncio need not complain


def _four_bytes(acks: list[int]) -> bytes:
    return struct.pack(f">{len(acks)}I", *acks)
