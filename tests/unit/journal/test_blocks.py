from __future__ import annotations

import zlib
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.journal.blocks import BLOCK_BYTES, BlockError, pack, size_of, unpack
from gateway.model import Entry, Received

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
received = st.builds(
    Received,
    source=texts,
    topic=texts,
    body=st.binary(max_size=200),
    received_at=st.integers(-(1 << 63), (1 << 63) - 1),
    retained=st.booleans(),
    duplicate=st.booleans(),
    content_type=texts,
)


def unpack_all(rows):
    return [entry for last, count, _, _, crc, entries in rows for entry in unpack(last, count, crc, entries)]


@given(st.lists(received, min_size=1, max_size=20), st.integers(1, 1 << 50), st.integers(0, 5 * BLOCK_BYTES))
def test_what_is_packed_is_unpacked(messages, first, size):
    rows = pack(messages, first, size)
    assert unpack_all(rows) == [Entry(first + number, message) for number, message in enumerate(messages)]
    assert min(row[2] for row in rows) == min(message.received_at for message in messages)
    assert max(row[3] for row in rows) == max(message.received_at for message in messages)


def test_the_format_on_disk_stays():
    (row,) = pack([Received("s", "t/1", b"\x00\x01", 7, content_type="text/plain")], 5, 100)
    assert row[:5] == (5, 1, 7, 7, 306918167)
    assert msgspec.msgpack.decode(row[5]) == [
        {
            "source": "s",
            "topic": "t/1",
            "body": b"\x00\x01",
            "received_at": 7,
            "retained": False,
            "duplicate": False,
            "content_type": "text/plain",
        }
    ]


def test_fields_added_later_are_no_obstacle():
    entries = msgspec.msgpack.encode([{"source": "s", "topic": "t", "body": b"", "received_at": 1, "later": [1]}])
    assert unpack(1, 1, zlib.crc32(entries), entries) == [Entry(1, Received("s", "t", b"", 1))]


@given(st.data())
def test_a_changed_byte_is_noticed(data):
    (row,) = pack([Received("s", "t", b"body", 1)] * 3, 1, 100)
    at = data.draw(st.integers(0, len(row[5]) - 1))
    changed = bytearray(row[5])
    changed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(BlockError, match="block that ends at offset 3"):
        unpack(row[0], row[1], row[4], bytes(changed))


@given(st.binary(max_size=100), st.integers(0, 5))
def test_any_bytes_are_refused_in_one_way(entries, count):
    with suppress(BlockError):
        assert len(unpack(9, count, zlib.crc32(entries), entries)) == count


def test_size_counts_body_and_topic():
    assert size_of([Received("s", "t" * 10, b"x" * 1000, 1)]) > 1010
