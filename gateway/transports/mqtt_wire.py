"""MQTT 5 packets out of a byte stream, however the network cut it (sans-I/O: bytes in, packets out).

A packet is `type and flags (1 byte) | remaining length (1 to 4 bytes, 7 bits each, low first) | rest`. The wire
library reads whole packets; this file keeps what is still under way, so that a packet of 300 kB that comes in
hundreds of pieces is put together once, and it keeps one bad message from stopping the stream: the broker would
send it again after each reconnect.

    PUBLISH  0011 dup qos qos retain | remaining length | topic length (2) topic | packet id (2, QoS 1 and 2)
             | property length (1 to 4) properties | payload
"""

from __future__ import annotations

from typing import NamedTuple

from mqtt5 import DisconnectReasonCode, Packet, PublishPacket, read

PUBLISH = 0x30
_TO_A_CLIENT = frozenset(b"\x20\x40\x50\x62\x70\x90\xb0\xd0\xe0\xf0")
"""First bytes of the packets that a client may get, beside PUBLISH."""
_LONGEST_HEAD = 5 + 2 + 65535 + 2


class MalformedError(Exception):
    """The broker sent what is no MQTT 5; the connection cannot go on. `code` tells the broker why."""

    def __init__(self, detail: str, code: DisconnectReasonCode = DisconnectReasonCode.MALFORMED_PACKET) -> None:
        super().__init__(detail)
        self.code = code


class Oversized(NamedTuple):
    """A PUBLISH above the limit: its body has been skipped.

    Attributes:
        topic: where it was published.
        size: bytes of the whole packet.
        qos: 0, 1 or 2.
        packet_id: what to acknowledge, 0 at QoS 0.
    """

    topic: str
    size: int
    qos: int
    packet_id: int


class Salvaged(NamedTuple):
    r"""A PUBLISH that the wire library refuses (topic that is no UTF-8 or has wildcards, unknown properties).

    Attributes as in `PublishPacket`; bytes of the topic that are no UTF-8 are written as `\xff`.
    """

    topic: str
    payload: bytes
    qos: int
    retain: bool
    packet_id: int | None
    duplicate: bool
    content_type: str | None = None


Incoming = Packet | Salvaged | Oversized


def packet_length(data: bytes, at: int) -> int | None:
    """Bytes of the whole packet that begins at `at`; None while its length field is still under way.

    Raises:
        MalformedError: the length field is longer than four bytes.
    """
    length = shift = 0
    for index in range(at + 1, min(at + 5, len(data))):
        byte = data[index]
        length |= (byte & 0x7F) << shift
        if byte < 0x80:
            return index + 1 - at + length
        shift += 7
    if len(data) - at >= 5:
        raise MalformedError("the length field of a packet is longer than four bytes")
    return None


class PacketReader:
    """Cuts a stream into packets. `feed` never raises: a broken stream is told by `error`, and then nothing more comes.

    Attributes:
        error: set once the stream is broken; the packets before the break are still delivered.
    """

    __slots__ = ("_have", "_limit", "_need", "_parts", "_skip", "error")

    def __init__(self, max_packet_size: int) -> None:
        self.error: MalformedError | None = None
        self._limit = max_packet_size
        self._parts: list[bytes] = []  # the beginning of the packet that is under way
        self._have = 0  # bytes in _parts
        self._need = 0  # with fewer bytes than these, reading the packet is not worth a try
        self._skip = 0  # bytes of an oversized packet that are still to come

    def feed(self, data: bytes) -> list[Incoming]:
        """The packets that are complete with these bytes, in order."""
        packets: list[Incoming] = []
        at = 0
        if self.error is not None:
            return packets
        if self._skip:
            at = min(self._skip, len(data))
            self._skip -= at
        elif self._parts:
            self._parts.append(data)
            self._have += len(data)
            if self._have < self._need:
                return packets
            data = b"".join(self._parts)
            self._parts.clear()
        try:
            self._parse(data, at, packets)
        except MalformedError as error:
            self.error = error
        return packets

    def _parse(self, data: bytes, at: int, packets: list[Incoming]) -> None:
        view, end, limit = memoryview(data), len(data), self._limit
        while at < end:
            try:
                packet, size = read(view[at:])
            except BaseException as error:
                # A panic of the Rust library (text that is no UTF-8) is a BaseException; so is Ctrl-C.
                if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                    raise
                if not isinstance(error, IndexError) and view[at] & 0xF0 != PUBLISH:
                    raise MalformedError(f"the broker sent a packet that cannot be read: {error}") from error
                size = self._unreadable(data, at, packets)
                if not size:
                    return
            else:
                if size <= limit:
                    packets.append(packet)
                elif type(packet) is PublishPacket:
                    packets.append(Oversized(packet.topic, size, int(packet.qos), packet.packet_id or 0))
                else:
                    raise _too_large(size, limit)
            at += size

    def _unreadable(self, data: bytes, at: int, packets: list[Incoming]) -> int:
        """Deal with a packet that is not complete or not readable.

        Returns how many bytes are done with; 0 when the packet waits for more.
        """
        have, length = len(data) - at, packet_length(data, at)
        publish = data[at] & 0xF0 == PUBLISH
        if not publish and data[at] not in _TO_A_CLIENT:
            raise MalformedError(f"the broker sent a packet of an unknown kind (0x{data[at]:02x})")
        if publish and data[at] & 6 == 6:
            raise MalformedError("the broker sent a PUBLISH with QoS 3")
        if length is None:
            self._need = have + 1
        elif length > self._limit and not publish:
            raise _too_large(length, self._limit)
        elif length > self._limit:
            self._need = min(length, _LONGEST_HEAD)
            if have >= self._need:
                head = _publish_head(data[at : at + self._need])
                packets.append(Oversized(_text(head.topic), length, head.qos, head.packet_id))
                self._skip = max(0, length - have)
                return length - self._skip
        elif have < length:
            self._need = length
        elif publish:
            packets.append(_salvage(data[at : at + length]))
            return length
        else:
            raise MalformedError("the broker sent a packet whose fields are longer than the packet")
        self._parts, self._have = [data[at:]], have
        return 0


class _Head(NamedTuple):
    topic: bytes
    qos: int
    packet_id: int
    end: int


def _publish_head(packet: bytes) -> _Head:
    """Topic, QoS and packet id of a PUBLISH, and where its properties begin; raises MalformedError."""
    at = 2
    while packet[at - 1] & 0x80:
        at += 1
    qos = packet[0] >> 1 & 3
    end = at + 2 + int.from_bytes(packet[at : at + 2], "big")
    topic = packet[at + 2 : end]
    after = end + 2 if qos else end
    packet_id = int.from_bytes(packet[end:after], "big")
    if qos == 3 or not topic or len(packet) < after or (qos and not packet_id):
        raise MalformedError("the broker sent a PUBLISH without a topic or packet id that can be read")
    return _Head(topic, qos, packet_id, after)


def _salvage(packet: bytes) -> Salvaged:
    """Topic and body of a PUBLISH whose properties need not be understood; raises MalformedError."""
    head = _publish_head(packet)
    length = packet_length(packet, head.end - 1)  # a property length is written as a remaining length is
    if length is None or head.end - 1 + length > len(packet):
        raise MalformedError("the broker sent a PUBLISH whose properties are longer than the packet")
    return Salvaged(
        topic=_text(head.topic),
        payload=packet[head.end - 1 + length :],
        qos=head.qos,
        retain=bool(packet[0] & 1),
        packet_id=head.packet_id or None,
        duplicate=bool(packet[0] & 8),
    )


def _text(topic: bytes) -> str:
    return topic.decode("utf-8", "backslashreplace")


def _too_large(size: int, limit: int) -> MalformedError:
    words = f"the broker sent a packet of {size} bytes; the limit is {limit}"
    return MalformedError(words, DisconnectReasonCode.PACKET_TOO_LARGE)
