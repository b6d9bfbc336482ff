"""The life of one connection to an MQTT 5 broker: who waits for which answer, pings, flow control, goodbye.

What its bytes mean is in `mqtt_protocol.py`. Everything but the few coroutines is synchronous and happens in the
event loop's callbacks.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

from mqtt5 import ConnAckPacket, DisconnectPacket, PingReqPacket, SubAckPacket, SubscribePacket, TopicFilter

from gateway.config import Mqtt5Source
from gateway.transports.mqtt_words import MqttError, address, closed

_PING = PingReqPacket().write()
_CLOSE_WITHIN = 2.0


class MqttLink(asyncio.Protocol):
    """A connection as its supervisor and the batcher see it.

    Attributes:
        ended: gets the reason when the connection is over or of no more use.
        accepted: the broker has answered CONNECT with success.
    """

    def __init__(self, settings: Mqtt5Source) -> None:
        self._loop = asyncio.get_running_loop()
        self._settings = settings
        self._transport: asyncio.Transport | None = None
        self._draining = False
        self._paused = False
        self._held = False
        self._next_id = 0
        self._connack: asyncio.Future[ConnAckPacket] = self._loop.create_future()
        self._subacks: dict[int, asyncio.Future[SubAckPacket]] = {}
        self._pong_within = 0.0
        self._pong_timer: asyncio.TimerHandle | None = None
        self._closed: asyncio.Future[None] = self._loop.create_future()
        self.ended: asyncio.Future[MqttError] = self._loop.create_future()
        self.accepted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the event loop."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the event loop; those who wait for an answer hear of it."""
        self.end(MqttError(closed(self._settings, exc, accepted=self.accepted)))
        self._closed.set_result(None)

    async def connect(self, packet: bytes) -> ConnAckPacket:
        """Send CONNECT; the broker's answer. Raises MqttError when the connection ends first."""
        self.send(packet)
        return await self._connack

    async def subscribe(self, filters: list[TopicFilter]) -> SubAckPacket:
        """Send SUBSCRIBE; the broker's answer. Raises MqttError when the connection ends first."""
        if self.ended.done():
            raise self.ended.result()
        self._next_id = packet_id = self._next_id % 65535 + 1
        answer: asyncio.Future[SubAckPacket] = self._loop.create_future()
        self._subacks[packet_id] = answer
        try:
            self.send(SubscribePacket(packet_id, filters).write())
            return await answer
        finally:
            del self._subacks[packet_id]

    def answered(self, packet: ConnAckPacket | SubAckPacket) -> bool:
        """Hand an answer to whoever waits for it; False when it answers nothing that was asked."""
        answer: asyncio.Future[Any] | None = self._connack
        if isinstance(packet, SubAckPacket):
            answer = self._subacks.get(packet.packet_id)
        if answer is None or (answer.done() and not answer.cancelled()):
            return False
        if not answer.cancelled():
            answer.set_result(packet)
        return True

    def ping(self, within: float) -> None:
        """Send PINGREQ; the connection ends when no PINGRESP comes within so many seconds (of reading)."""
        self.send(_PING)
        if self._pong_timer is None:
            self._pong_within = within
            self._await_pong()

    def pong(self) -> None:
        """A PINGRESP has come."""
        if self._pong_timer:
            self._pong_timer.cancel()
            self._pong_timer = None

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
            self.send(DisconnectPacket().write())
            self._draining, self._held = True, False
            self.resume()
            await self._wait_closed()
        await self.abort()

    async def abort(self) -> None:
        """Close now, if it is still open."""
        if self._transport:
            self._transport.abort()
            await self._wait_closed()

    def send(self, data: bytes) -> None:
        """Write, unless the connection is closing.

        What the broker does not read stays in the transport's buffer: a few pings, and the acknowledgements of what
        it has sent, four bytes for each message.
        """
        if self._transport and not self._draining and not self._transport.is_closing():
            self._transport.write(data)

    def end(self, error: MqttError) -> None:
        """The connection is of no more use. Only the first reason counts."""
        self.pong()
        if self.ended.done():
            return
        self.ended.set_result(error)
        answers: list[asyncio.Future[Any]] = [self._connack, *self._subacks.values()]
        for answer in answers:
            if not answer.done():
                answer.set_exception(error)
        if not self._connack.cancelled():
            self._connack.exception()  # nobody may be waiting; then asyncio need not complain

    async def _wait_closed(self) -> None:
        await asyncio.wait((self._closed,), timeout=_CLOSE_WITHIN)

    def _await_pong(self) -> None:
        self.pong()
        self._pong_timer = self._loop.call_later(self._pong_within, self._no_pong)

    def _no_pong(self) -> None:
        if self._paused:
            self._await_pong()
        else:
            words = f"broker {address(self._settings)} has not answered a ping within {self._pong_within:g} s"
            self.end(MqttError(words))
