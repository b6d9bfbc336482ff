"""The same stream whole, byte by byte, cut anywhere, with trailing data; and garbage."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mqtt5 import (
    ConnAckPacket,
    DisconnectReasonCode,
    PingRespPacket,
    PublishPacket,
    PubRelPacket,
    QoS,
    SubAckPacket,
    SubAckReasonCode,
)

from gateway.transports.mqtt_wire import Oversized, PacketReader, packet_length

LIMIT = 1 << 20

# The wire library panics on text that is no UTF-8, and the interpreter reports the inner exception as unraisable.
panics = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

PACKETS: list[Any] = [
    ConnAckPacket(session_present=True, server_keep_alive=30),
    SubAckPacket(1, [SubAckReasonCode.GRANTED_QOS_AT_LEAST_ONCE]),
    PublishPacket("sensors/a", b"", qos=QoS.AT_MOST_ONCE),
    PublishPacket("sensors/ä", b"x" * 200, qos=QoS.AT_LEAST_ONCE, packet_id=7, content_type="text/plain", retain=True),
    PingRespPacket(),
    PublishPacket("sensors/a", bytes(range(256)) * 70, qos=QoS.EXACTLY_ONCE, packet_id=65535, duplicate=True),
    PubRelPacket(65535),
]
STREAM = b"".join(packet.write() for packet in PACKETS)


def shown(packets: list[Any]) -> list[str]:
    return [repr(packet.payload if isinstance(packet, PublishPacket) else "") + repr(packet) for packet in packets]


def read_all(stream: bytes, sizes: list[int], limit: int = LIMIT) -> tuple[list[str], PacketReader]:
    """Feed pieces of these sizes (the last as often as needed)."""
    reader, found, at = PacketReader(limit), [], 0
    for size in (*sizes, *[sizes[-1]] * len(stream)):
        if at >= len(stream):
            break
        found += reader.feed(stream[at : at + size])
        at += size
    return shown(found), reader


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000, len(STREAM)])
def test_a_stream_gives_the_same_packets_however_it_is_cut(size):
    packets, reader = read_all(STREAM, [size])
    assert packets == shown(PACKETS)
    assert reader.error is None


@given(st.lists(st.integers(1, 9000), min_size=1, max_size=40))
def test_a_stream_cut_at_random_gives_the_same_packets(sizes):
    assert read_all(STREAM, sizes)[0] == shown(PACKETS)


@pytest.mark.parametrize("cut", range(1, 60))
def test_the_beginning_of_a_packet_at_the_end_is_kept_for_later(cut):
    trailing = PACKETS[3].write()
    reader = PacketReader(LIMIT)
    assert shown(reader.feed(STREAM + trailing[:cut])) == shown(PACKETS)
    assert shown(reader.feed(trailing[cut:] + STREAM)) == shown([PACKETS[3], *PACKETS])


def test_a_large_packet_in_small_pieces_is_put_together_once():
    """Parsing 300 kB anew for each of 3,000 pieces would copy 450 MB."""
    stream = PublishPacket("sensors/a", b"x" * 300_000).write()
    started = time.process_time()
    for _ in range(10):
        assert len(read_all(stream, [100])[0]) == 1
    assert time.process_time() - started < 1


@panics
@given(st.binary(max_size=400), st.integers(1, 400))
def test_garbage_never_raises(garbage, size):
    read_all(garbage, [size])
    read_all(STREAM + garbage, [len(STREAM) + size])


@panics
@given(st.data())
def test_a_damaged_stream_never_raises_and_keeps_what_came_before(data):
    at = data.draw(st.integers(0, len(STREAM) - 1))
    damaged = bytearray(STREAM[: at + 300])
    damaged[at] = data.draw(st.integers(0, 255))
    packets, _ = read_all(bytes(damaged), [data.draw(st.integers(1, 5000))])
    ends, whole = [], 0
    for packet in PACKETS:
        whole += len(packet.write())
        ends.append(whole)
    intact = sum(end <= at for end in ends)
    assert packets[:intact] == shown(PACKETS)[:intact]


def test_packets_before_a_broken_one_are_delivered_and_nothing_after_it():
    reader = PacketReader(LIMIT)
    assert shown(reader.feed(STREAM + b"\x00\x00" + STREAM)) == shown(PACKETS)
    assert reader.error is not None
    assert reader.feed(STREAM) == []


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (b"\x00\x00", "the broker sent a packet"),
        (b"\xf0\x00", "cannot be read"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "unknown kind (0x48)"),
        (b"\x36\x05\x00\x01a\x00\x01", "QoS 3"),
        (b"\x30\xff\xff\xff\xff\x01", "longer than four bytes"),
        (b"\x30\x03\x00\x09a", "without a topic or packet id"),
        (b"\x32\x03\x00\x01a", "without a topic or packet id"),
        (b"\x30\x04\x00\x01a\x09", "properties are longer"),
        (b"\x30\x03\x00\x01a", "properties are longer"),
        (b"\x90\x04\x00\x01\x00\x77", "cannot be read"),
        (b"\x20\x02\x00\x01", "cannot be read"),
        (b"\xd0\x80\x80\x80\x01", "2097157 bytes; the limit is 1048576"),
    ],
)
def test_what_is_no_mqtt_breaks_the_stream_with_words(broken, words):
    for size in (1, len(broken)):
        reader = read_all(broken, [size])[1]
        assert words in str(reader.error)


def test_a_packet_that_is_too_large_is_called_so():
    error = read_all(b"\xd0\x80\x80\x80\x01", [5])[1].error
    assert error is not None
    assert error.code is DisconnectReasonCode.PACKET_TOO_LARGE


@panics
@pytest.mark.parametrize("size", [1, 5, 1000])
def test_a_message_that_the_wire_library_refuses_keeps_topic_and_body(size):
    """Text that is no UTF-8 makes the library panic; wildcards or a property it does not know make it refuse."""
    not_utf8 = b"\x3b\x0b\x00\x03a/\xff\x00\x09\x00{21"
    unknown_property = b"\x32\x0a\x00\x01a\x00\x08\x02\x7e\x00{}"
    bad_content_type = b"\x30\x0a\x00\x01a\x04\x03\x00\x01\xff{}"
    wildcards = b"\x34\x09\x00\x03a/#\x00\x07\x00x"
    stream = not_utf8 + unknown_property + bad_content_type + wildcards + STREAM
    packets: list[Any] = []
    reader = PacketReader(LIMIT)
    for at in range(0, len(stream), size):
        packets += reader.feed(stream[at : at + size])
    first, second, third, fourth = packets[:4]
    assert (first.topic, first.payload, first.packet_id, int(first.qos)) == ("a/\\xff", b"{21", 9, 1)
    assert (first.duplicate, first.retain) == (True, True)
    assert (second.topic, second.payload, second.packet_id) == ("a", b"{}", 8)
    assert (third.topic, third.payload, third.packet_id) == ("a", b"{}", None)
    assert (fourth.topic, fourth.payload, fourth.packet_id, int(fourth.qos)) == ("a/#", b"x", 7, 2)
    assert shown(packets[4:]) == shown(PACKETS)


@pytest.mark.parametrize("size", [1, 4, 1000, 100_000])
@pytest.mark.parametrize("qos", [0, 1, 2])
def test_a_message_above_the_limit_is_skipped_and_named(size, qos):
    large = PublishPacket("sensors/large", b"x" * 70_000, qos=QoS(qos), packet_id=5 if qos else None)
    found, reader = read_all(STREAM + large.write() + STREAM, [size], limit=20_000)
    expected = Oversized("sensors/large", len(large.write()), qos, 5 if qos else 0)
    assert found == [*shown(PACKETS), *shown([expected]), *shown(PACKETS)]
    assert reader.error is None


@given(st.integers(0, 268_435_455), st.binary(max_size=3))
def test_the_length_of_a_packet_is_known_from_its_first_bytes(length, rest):
    field, left = bytearray(), length
    while True:
        field.append(left & 0x7F | (0x80 if left > 0x7F else 0))
        left >>= 7
        if not left:
            break
    assert packet_length(b"\x30" + bytes(field) + rest, 0) == 1 + len(field) + length
    assert packet_length(b"\x30" + bytes(field[:-1]), 0) is None
