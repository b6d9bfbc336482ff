from __future__ import annotations

import asyncio
import sqlite3
import stat

import pytest

from gateway.config import JournalSettings
from gateway.journal import JournalReader, SegmentedJournal, check
from gateway.model import JournalUnavailableError, Received


def everything(folder):
    with JournalReader(folder) as reader:
        entries = []
        while more := reader.read(entries[-1].offset if entries else 0, 1000):
            entries += more
        return entries


async def test_append_returns_the_offset_of_the_last_message(folder, clock, messages):
    async with SegmentedJournal(folder, clock=clock) as journal:
        assert journal.head == 0
        assert await journal.append(messages(3)) == 3
        assert await journal.append(messages(1)) == 4
        assert await journal.append([]) == 4
        assert journal.head == 4


async def test_what_was_appended_is_read_back_unchanged(folder, clock):
    sent = [
        Received("a", "t/1", b"\x00\xff" * 10, 1, retained=True, duplicate=True, content_type="application/json"),
        Received("b", "äöü/\U0001f321", b"", -5),
    ]
    async with SegmentedJournal(folder, clock=clock) as journal:
        await journal.append(sent)
    assert [(entry.offset, entry.received) for entry in everything(folder)] == [(1, sent[0]), (2, sent[1])]


async def test_it_can_be_read_by_others_as_soon_as_append_returns(folder, clock, messages):
    async with SegmentedJournal(folder, clock=clock) as journal:
        await journal.append(messages(2))
        assert [entry.offset for entry in everything(folder)] == [1, 2]


async def test_appends_that_wait_together_are_committed_together(folder, clock, messages):
    async with SegmentedJournal(folder, clock=clock) as journal:
        offsets = await asyncio.gather(*(journal.append(messages(2)) for _ in range(50)))
        assert offsets == list(range(2, 101, 2))
        stats = journal.stats()
    assert stats.messages == 100
    assert stats.commits < 10
    assert [entry.received.body for entry in everything(folder)] == [b"body %d" % number for number in range(100)]


async def test_a_commit_holds_no_more_than_the_settings_allow(folder, clock, messages):
    seen = []
    settings = JournalSettings(max_batch=4, delay=0.02)
    async with SegmentedJournal(folder, settings, clock, on_commit=lambda _, count: seen.append(count)) as journal:
        await asyncio.gather(*(journal.append(messages(2)) for _ in range(10)))
        await journal.append(messages(9))
    assert max(seen[:-1]) == 4
    assert seen[-1] == 9, "one append is never split"
    assert sum(seen) == 29


async def test_large_batches_are_split_into_blocks_within_one_commit(folder, clock, messages):
    async with SegmentedJournal(folder, clock=clock) as journal:
        await journal.append(messages(50, body=bytes(100_000)))
        assert journal.stats().commits == 1
    with sqlite3.connect(next(folder.glob("2026*.sqlite"))) as connection:
        sizes = [row[0] for row in connection.execute("SELECT length(entries) FROM block")]
    connection.close()
    assert len(sizes) > 3
    assert max(sizes) < 1_200_000
    assert len(everything(folder)) == 50


async def test_a_delay_gathers_what_comes_within_it(folder, clock, messages):
    async with SegmentedJournal(folder, JournalSettings(delay=0.2), clock) as journal:
        first = asyncio.create_task(journal.append(messages(1)))
        await asyncio.sleep(0)
        await asyncio.gather(first, journal.append(messages(1)))
        assert journal.stats().commits == 1


async def test_too_much_waiting_is_refused_and_nothing_of_it_kept(folder, clock, messages):
    settings = JournalSettings(max_pending_bytes=10_000, delay=0.2, retry_after=7)
    async with SegmentedJournal(folder, settings, clock) as journal:
        first = asyncio.create_task(journal.append(messages(1, body=bytes(6000))))
        await asyncio.sleep(0)
        with pytest.raises(JournalUnavailableError, match="wait for the disk") as caught:
            await journal.append(messages(1, body=bytes(6000)))
        assert caught.value.retry_after == 7
        assert await first == 1
        assert journal.stats().refused == 1
        assert journal.stats().pending_bytes == 0
        assert await journal.append(messages(1, body=bytes(20_000))) == 2, "alone, a large one is taken"
    assert len(everything(folder)) == 2


async def test_a_message_that_cannot_be_stored_fails_alone(folder, clock, messages):
    settings = JournalSettings(delay=0.05)
    async with SegmentedJournal(folder, settings, clock) as journal:
        good, lone, late, also_good = await asyncio.gather(
            journal.append(messages(2)),
            journal.append([Received("s", "\ud800", b"", 1)]),
            journal.append([Received("s", "t", b"", 1 << 63)]),
            journal.append(messages(2)),
            return_exceptions=True,
        )
        assert journal.available
    assert (good, also_good) == (2, 4)
    assert isinstance(lone, ValueError)
    assert isinstance(late, ValueError)
    assert len(everything(folder)) == 4


async def test_a_caller_that_gives_up_does_not_disturb_the_others(folder, clock, messages):
    async with SegmentedJournal(folder, JournalSettings(delay=0.05), clock) as journal:
        given_up = asyncio.create_task(journal.append(messages(1)))
        stays = asyncio.create_task(journal.append(messages(1)))
        await asyncio.sleep(0)
        given_up.cancel()
        assert await stays == 2


async def test_stopping_writes_what_waits_and_refuses_what_comes(folder, clock, messages):
    journal = SegmentedJournal(folder, JournalSettings(delay=1), clock)
    async with journal:
        waiting = asyncio.create_task(journal.append(messages(3)))
        await asyncio.sleep(0)
    assert await waiting == 3
    assert not journal.available
    with pytest.raises(JournalUnavailableError, match="stopped"):
        await journal.append(messages(1))
    with pytest.raises(JournalUnavailableError, match="stopped"):
        await journal.beyond(3)
    assert len(everything(folder)) == 3


async def test_offsets_go_on_after_a_restart(folder, clock, messages):
    for expected in (2, 4, 6):
        async with SegmentedJournal(folder, clock=clock) as journal:
            assert await journal.append(messages(2)) == expected
    assert len(list(folder.glob("2026*.sqlite"))) == 1


async def test_a_new_day_begins_a_new_file(folder, clock, messages):
    async with SegmentedJournal(folder, clock=clock) as journal:
        await journal.append(messages(2))
        clock.set("2026-11-23T00:00:00")
        await journal.append(messages(2))
        assert journal.stats().file == "2026-11-23-0000000000000003.sqlite"
    assert sorted(path.name for path in folder.glob("2026*")) == [
        "2026-11-22-0000000000000001.sqlite",
        "2026-11-23-0000000000000003.sqlite",
    ]
    assert [entry.offset for entry in everything(folder)] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("back_to", "file"),
    [
        ("2026-11-21T23:59:00", "2026-11-22-0000000000000001.sqlite"),
        ("2026-11-01T00:00:00", "2026-11-01-0000000000000003.sqlite"),
    ],
)
@pytest.mark.parametrize("restart", [False, True])
async def test_a_clock_set_back_neither_reuses_offsets_nor_opens_an_older_file(
    folder, clock, messages, back_to, file, restart
):
    async with SegmentedJournal(folder, clock=clock) as journal:
        await journal.append(messages(2))
        clock.set(back_to)
        if not restart:
            assert await journal.append(messages(2)) == 4
            assert journal.stats().file == file
    if restart:
        async with SegmentedJournal(folder, clock=clock) as journal:
            assert await journal.append(messages(2)) == 4
            assert journal.stats().file == file
    assert [entry.offset for entry in everything(folder)] == [1, 2, 3, 4]
    assert check(folder, thorough=True).problems == ()


async def test_an_emptied_folder_does_not_give_known_offsets_again(folder, clock, messages):
    async with SegmentedJournal(folder, clock=clock, floor=1_000_000) as journal:
        assert await journal.append(messages(1)) == 1_000_001
    assert [entry.offset for entry in everything(folder)] == [1_000_001]


async def test_a_file_taken_away_while_open_is_noticed(folder, clock, messages):
    async with SegmentedJournal(folder, clock=clock) as journal:
        await journal.append(messages(2))
        for path in folder.glob("2026*"):
            path.unlink()
        assert await journal.append(messages(2)) == 4
    assert [entry.offset for entry in everything(folder)] == [3, 4]


async def test_only_one_writer(folder, clock):
    async with SegmentedJournal(folder, clock=clock):
        with pytest.raises(JournalUnavailableError, match=r"process \d+ writes this journal already"):
            await SegmentedJournal(folder, clock=clock).__aenter__()
    async with SegmentedJournal(folder, clock=clock):
        pass


async def test_nobody_else_may_read_the_files(folder, clock, messages):
    folder.mkdir(mode=0o755)
    async with SegmentedJournal(folder, clock=clock) as journal:
        await journal.append(messages(1))
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {path.name.rpartition("sqlite")[2]: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {
            "": 0o600,
            "-wal": 0o600,
            "-shm": 0o600,
            "journal.lock": 0o600,
        }


async def test_commits_reach_the_disk_before_they_are_acknowledged(folder, clock):
    async with SegmentedJournal(folder, clock=clock) as journal:
        connection = journal._committer._segment._connection
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2, "FULL: each commit syncs the log"
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


async def test_beyond_waits_for_the_next_entry(folder, clock, messages):
    async with SegmentedJournal(folder, clock=clock) as journal:
        waiting = asyncio.create_task(journal.beyond(1))
        await journal.append(messages(1))
        await asyncio.sleep(0)
        assert not waiting.done()
        await journal.append(messages(2))
        assert await waiting == 3
        assert await journal.beyond(0) == 3
        stopped = asyncio.create_task(journal.beyond(3))
        await asyncio.sleep(0)
    with pytest.raises(JournalUnavailableError, match="stopped"):
        await stopped


async def test_stats_count(folder, clock, messages):
    seen = []
    async with SegmentedJournal(folder, clock=clock, on_commit=lambda *commit: seen.append(commit)) as journal:
        await journal.append(messages(3, body=bytes(1000)))
        stats = journal.stats()
        assert stats.available
        assert stats.detail == ""
        assert (stats.commits, stats.messages, stats.head, stats.refused, stats.failures) == (1, 3, 3, 0, 0)
        assert (stats.pending_messages, stats.pending_bytes) == (0, 0)
        assert stats.bytes > 3000
        assert 0 < stats.last_commit < 5
    assert seen == [(stats.last_commit, 3)]


async def test_the_write_ahead_log_is_moved_into_the_database(folder, clock, messages, monkeypatch):
    monkeypatch.setattr("gateway.journal.committer.CHECKPOINT_BYTES", 100_000)
    async with SegmentedJournal(folder, clock=clock) as journal:
        for _ in range(30):
            await journal.append(messages(50, body=bytes(1000)))
        logs = [path.stat().st_size for path in folder.glob("*-wal")]
        assert sum(logs) < 500_000
    assert list(folder.glob("*-wal")) == []
