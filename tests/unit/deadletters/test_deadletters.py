from __future__ import annotations

import os
import resource
import sqlite3
import stat
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.deadletters import DeadLetter, DeadLetters, DeadLettersError, Filter
from gateway.model import Entry, Reason, Received, Rejected

ROOT = Path(__file__).resolve().parents[3]


class Clock:
    now = 1000

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def letters(tmp_path, clock):
    with DeadLetters(tmp_path, clock) as letters:
        yield letters


def rejected(offset, reason=Reason.DECODE, *, body=b"bytes", source="s", device="d", at=None, topic="t/1"):
    message = Received(source, topic, body, offset if at is None else at, retained=True, content_type="text/plain")
    return Rejected(Entry(offset, message), reason, f"{reason} of {offset}", device)


def keys(found):
    return [(letter.offset, letter.part) for letter in found]


def test_a_letter_keeps_everything_about_the_message(letters):
    letters.record([("", rejected(7, Reason.ENVELOPE, body=b"\x00\xff"))])
    assert letters.show(7) == [
        DeadLetter(
            offset=7,
            part="",
            reason=Reason.ENVELOPE,
            detail="envelope of 7",
            device="d",
            size=2,
            first_at=1000,
            last_at=1000,
            resolved_at=None,
            received=Received("s", "t/1", b"\x00\xff", 7, retained=True, content_type="text/plain"),
        )
    ]
    assert letters.show(8) == []


def test_lists_carry_no_bodies(letters):
    letters.record([("", rejected(7))])
    (letter,) = letters.find()
    (shown,) = letters.show(7)
    assert letter == replace(shown, received=letter.received)
    assert letter.received.body == b""
    assert letter.size == 5


def test_writing_again_after_a_crash_changes_only_the_last_time(letters, clock):
    batch = [("", rejected(1)), ("0", rejected(2)), ("1", rejected(2))]
    letters.record(batch)
    clock.now = 2000
    letters.record(batch)
    assert keys(letters.find()) == [(2, "1"), (2, "0"), (1, "")]
    assert {(letter.first_at, letter.last_at) for letter in letters.find()} == {(1000, 2000)}
    assert letters.counts()[Reason.DECODE] == 3


def test_a_body_stands_once_however_many_parts_are_dead(letters, tmp_path):
    letters.record([(str(part), rejected(1, body=os.urandom(100_000))) for part in range(100)])
    assert len(letters.show(1)) == 100
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 500_000


def test_counts_name_every_reason(letters):
    letters.record([("", rejected(1)), ("", rejected(2)), ("", rejected(3, Reason.TIME))])
    counts = letters.counts()
    assert set(counts) == set(Reason)
    assert {reason: count for reason, count in counts.items() if count} == {Reason.DECODE: 2, Reason.TIME: 1}


def test_privacy_keeps_neither_body_nor_query(letters, tmp_path):
    secret = b"imei 356938035643809"
    letters.record([("", rejected(1, Reason.PRIVACY, body=secret, topic="nbiot?imei=356938035643809"))])
    (letter,) = letters.show(1)
    assert (letter.received.body, letter.received.topic, letter.size) == (b"", "nbiot", len(secret))
    letters.close()
    for path in tmp_path.iterdir():
        assert b"356938035643809" not in path.read_bytes()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("together", [True, False])
def test_another_part_does_not_bring_a_private_body_back(letters, order, together):
    parts = [("a", rejected(1, Reason.PRIVACY)), ("b", rejected(1, Reason.STORE))]
    batch = [parts[place] for place in order]
    for some in [batch] if together else [batch[:1], batch[1:]]:
        letters.record(some)
    assert [letter.received.body for letter in letters.show(1)] == [b"", b""]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter(), [5, 4, 3, 2, 1]),
        (Filter(reason=Reason.TIME), [4, 2]),
        (Filter(source="other"), [5]),
        (Filter(device="x"), [3]),
        (Filter(start=2, stop=4), [3, 2]),
        (Filter(start=3, reason=Reason.TIME), [4]),
        (Filter(resolved=True), [6]),
        (Filter(resolved=None), [6, 5, 4, 3, 2, 1]),
    ],
)
def test_filters(letters, wanted, expected):
    letters.record(
        [
            ("", rejected(1)),
            ("", rejected(2, Reason.TIME)),
            ("", rejected(3, device="x")),
            ("", rejected(4, Reason.TIME)),
            ("", rejected(5, source="other")),
            ("", rejected(6)),
        ]
    )
    letters.record([], reprocessed=[6])
    assert [letter.offset for letter in letters.find(wanted)] == expected
    assert letters.offsets(wanted) == expected[::-1]


def test_pages_give_every_letter_once(letters):
    letters.record([(str(part), rejected(offset)) for offset in range(1, 8) for part in range(3)])
    pages, before = [], None
    while page := letters.find(limit=4, before=before):
        assert len(page) <= 4
        pages += keys(page)
        before = pages[-1]
    assert pages == sorted(pages, reverse=True)
    assert len(set(pages)) == 21


def test_a_replay_resolves_what_does_not_come_again(letters, clock):
    letters.record([("a", rejected(1)), ("b", rejected(1)), ("", rejected(2)), ("", rejected(3)), ("", rejected(9))])
    clock.now = 2000
    assert letters.record([("b", rejected(1, Reason.QUANTITY))], reprocessed=range(1, 3)) == 2
    assert keys(letters.find()) == [(9, ""), (3, ""), (1, "b")]
    assert [letter.resolved_at for letter in letters.find(Filter(resolved=True))] == [2000, 2000]
    assert letters.counts()[Reason.QUANTITY] == 1
    assert letters.record([], reprocessed=[1, 2]) == 1
    letters.record([("", rejected(2))])
    assert keys(letters.find()) == [(9, ""), (3, ""), (2, "")], "dead again with an older decoder"


def test_delete(letters):
    letters.record([("a", rejected(1)), ("b", rejected(1)), ("", rejected(2)), ("", rejected(3))])
    assert letters.delete([1, 3, 99]) == 3
    assert keys(letters.find()) == [(2, "")]
    assert letters.show(1) == []


def test_pruning_by_age(letters, clock):
    letters.record([("", rejected(1)), ("", rejected(2))])
    clock.now = 2000
    letters.record([("", rejected(2)), ("", rejected(3))])
    assert letters.prune(before=2000) == 1
    assert keys(letters.find()) == [(3, ""), (2, "")]
    assert letters.prune(before=2000) == 0
    assert letters.prune(before=3000) == 2
    assert letters.last_offset() == 0


def test_pruning_by_size_begins_with_resolved_and_oldest(letters, tmp_path):
    letters.record([("", rejected(offset, body=os.urandom(100_000))) for offset in range(1, 11)])
    letters.record([], reprocessed=[9])
    assert letters.prune(max_bytes=10_000_000) == 0
    assert letters.prune(max_bytes=510_000) == 5
    assert keys(letters.find(Filter(resolved=None))) == [(10, ""), (8, ""), (7, ""), (6, ""), (5, "")]
    letters.close()
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 700_000, "the room goes back to the disk"


def test_last_offset_is_a_floor_for_the_journal(letters):
    assert letters.last_offset() == 0
    letters.record([("", rejected(12)), ("", rejected(5))])
    assert letters.last_offset() == 12


def test_it_is_on_disk_when_record_returns(letters):
    letters.record([("", rejected(1))])
    assert letters._connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert letters._connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_nobody_else_may_read_the_files(letters, tmp_path):
    letters.record([("", rejected(1))])
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_processes_and_threads_share_the_file(tmp_path):
    def work(number):
        with DeadLetters(tmp_path) as letters:
            for offset in range(20):
                letters.record([(f"{number}", rejected(offset))])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with DeadLetters(tmp_path) as letters:
        assert letters.counts()[Reason.DECODE] == 80
        assert letters.check() == "ok"


def test_a_full_disk_is_a_clear_error_and_passes(tmp_path):
    script = """
import resource, sys
from pathlib import Path
from gateway.deadletters import DeadLetters, DeadLettersError
from gateway.model import *
def letters(offset): return [("", Rejected(Entry(offset, Received("s", "t", bytes(50_000), 1)), Reason.DECODE, "x"))]
with DeadLetters(Path(sys.argv[1])) as dead:
    dead.record(letters(1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
    written = 1
    try:
        while True:
            dead.record(letters(written + 1))
            written += 1
    except DeadLettersError as error:
        assert "deadletters.sqlite" in str(error)
    assert dead.counts()[Reason.DECODE] == written < 20
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    dead.record(letters(written + 1))
    assert dead.counts()[Reason.DECODE] == written + 1
    assert dead.check() == "ok"
"""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)
    subprocess.run([sys.executable, "-c", script, tmp_path], check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})


@pytest.mark.parametrize(
    ("ruin", "what"), [(b"no database" * 1000, "file is not a database"), (b"", "has format 0; this program knows")]
)
def test_a_broken_file_is_named(tmp_path, ruin, what):
    (tmp_path / "deadletters.sqlite").write_bytes(ruin)
    with DeadLetters(tmp_path) as letters, pytest.raises(DeadLettersError, match=rf"deadletters\.sqlite: {what}"):
        letters.counts()


def test_a_newer_format_is_refused(letters, tmp_path):
    letters.record([("", rejected(1))])
    letters.close()
    with sqlite3.connect(tmp_path / "deadletters.sqlite") as connection:
        connection.execute("PRAGMA user_version = 2")
    connection.close()
    with pytest.raises(DeadLettersError, match="has format 2; this program knows format 1"):
        letters.find()


texts = st.text(max_size=50)


@settings(max_examples=30)
@given(st.lists(st.tuples(texts, st.integers(1, 5), st.sampled_from(Reason), texts, texts), max_size=10))
def test_any_text_can_be_kept(tmp_path_factory, parts):
    with DeadLetters(tmp_path_factory.mktemp("letters")) as letters:
        batch = [
            (part, Rejected(Entry(offset, Received("s", "t", b"x", 1)), reason, detail * 100, device * 100))
            for part, offset, reason, detail, device in parts
        ]
        letters.record(batch)
        letters.record(batch)
        assert sum(letters.counts().values()) == len({(part, offset) for part, offset, *_ in parts})


def test_lone_surrogates_are_replaced(letters):
    letters.record([("\ud800", Rejected(Entry(1, Received("s", "t", b"", 1)), Reason.DECODE, "a\udfffb", "\ud800"))])
    (letter,) = letters.show(1)
    assert (letter.part, letter.detail, letter.device) == ("?", "a?b", "?")
    assert letters.record([("\ud800", rejected(1))], reprocessed=[1]) == 0
