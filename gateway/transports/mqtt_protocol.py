"""What the bytes of a broker mean: messages for the batcher, answers for those who wait, reasons to end.

Everything here is synchronous, and whatever the broker sends, nothing raises. Who connects, subscribes and connects
again is `mqtt.py`.

QoS 2: a message is taken when its PUBLISH comes, PUBREC is sent once it is durable, and its packet id is remembered
until PUBREL, so a PUBLISH that is sent again in between (also over the next connection of the same session) is
acknowledged and not taken twice. The ids are kept in memory: after a crash of the gateway such a message may be
taken twice, marked as duplicate; QoS 2 is at least once then, and the store makes it one again.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable

from mqtt5 import (
    ConnAckPacket,
    ConnAckReasonCode,
    DisconnectPacket,
    DisconnectReasonCode,
    PingRespPacket,
    PublishPacket,
    PubRelPacket,
    QoS,
    SubAckPacket,
)
from structlog.typing import FilteringBoundLogger

from gateway.config import Mqtt5Source
from gateway.model import Received
from gateway.transports.mqtt_batch import Batcher, MqttStatus
from gateway.transports.mqtt_link import MqttLink
from gateway.transports.mqtt_wire import Incoming, MalformedError, Oversized, PacketReader, Salvaged
from gateway.transports.mqtt_words import MqttError, Patience, address, disconnected

# An acknowledgement without a reason is four bytes: type and flags, remaining length 2, packet id.
PUBACK, PUBREC, PUBCOMP = 0x40020000, 0x50020000, 0x70020000


class MqttProtocol(MqttLink):
    """One connection of a source.

    Attributes:
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
        super().__init__(settings)
        self._name, self._status, self._clock, self._log = name, status, clock, log
        self._batcher = batcher
        self._unreleased = unreleased
        self._reader = PacketReader(settings.max_packet_size)
        self._answers: list[int] = []
        self.heard_at = self._loop.time()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A new connection: from now on its messages go to the batcher."""
        super().connection_made(transport)
        self._batcher.attach(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """What came over the connection is kept; it can no longer be acknowledged."""
        self._batcher.detach(self)
        super().connection_lost(exc)

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
                topic, body, retained, again = packet.topic, packet.payload, packet.retain, packet.duplicate
                messages.append(Received(name, topic, body, now, retained, again, packet.content_type or ""))
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
            self.send(_four_bytes(self._answers))
            self._answers.clear()
        if self._reader.error is not None and not self.ended.done():
            self._malformed(self._reader.error)

    def acknowledge(self, acks: list[int]) -> None:
        """Send PUBACKs and PUBRECs in one write."""
        self.send(_four_bytes(acks))

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
                self.pong()
            case SubAckPacket() if self.answered(packet):
                pass
            case ConnAckPacket() if self.answered(packet):
                self.accepted = packet.reason_code == ConnAckReasonCode.SUCCESS
                if not packet.session_present:
                    self._unreleased.clear()  # before the first message of the new session is looked at
            case Oversized():
                self._oversized(packet, acks)
            case DisconnectPacket():
                self.end(disconnected(self._settings, packet))
            case _:
                self._protocol_error(f"an unexpected {type(packet).__name__}")
        return not self.ended.done()

    def _oversized(self, packet: Oversized, acks: list[int]) -> None:
        """A message above the limit has been skipped; unacknowledged, it would come again for ever."""
        self._status.oversized += 1
        self._log.warning(
            "message above max_packet_size dropped",
            topic=packet.topic,
            size=packet.size,
            max_packet_size=self._settings.max_packet_size,
        )
        if packet.qos:
            self._take(packet, acks)

    def _protocol_error(self, what: str) -> None:
        self._malformed(MalformedError(f"the broker sent {what}", DisconnectReasonCode.PROTOCOL_ERROR))

    def _malformed(self, error: MalformedError) -> None:
        """End the connection and say why."""
        self._status.malformed += 1
        words = f"broker {address(self._settings)}: {error}"
        if self.accepted:
            self.send(DisconnectPacket(reason_code=error.code).write())
            self.end(MqttError(words))
        else:
            self.end(MqttError(f"{words}: is it an MQTT 5 broker? (for MQTT 3.1.1 use type mqtt311)", Patience.LONG))


def _four_bytes(acks: list[int]) -> bytes:
    return struct.pack(f">{len(acks)}I", *acks)
