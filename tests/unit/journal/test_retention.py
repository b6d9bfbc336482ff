from __future__ import annotations

import pytest

from gateway.config import JournalSettings
from gateway.journal import ConsumerOffsets, JournalReader, SegmentedJournal, committed_offsets, enforce
from gateway.model import JournalUnavailableError


@pytest.fixture
async def five_days(folder, clock, messages):
    """Ten messages on each of five days, offsets 1 to 50; the writer is at work on the last day at noon."""
    async with SegmentedJournal(folder, clock=clock) as journal:
        for day in range(20, 25):
            clock.set(f"2026-11-{day}T12:00:00")
            await journal.append(messages(10, body=bytes(10_000)))
        yield journal


def days(folder):
    return sorted(int(path.name[8:10]) for path in folder.glob("2026*.sqlite"))


def test_files_go_when_their_day_ended_long_enough_ago(five_days, folder, clock):
    done = enforce(folder, JournalSettings(retention_days=2), clock())
    assert days(folder) == [22, 23, 24]
    assert [name[:10] for name in done.removed] == ["2026-11-20", "2026-11-21"]
    assert done.removed_bytes > 200_000
    assert done.kept == 3
    assert done.kept_bytes > 300_000
    assert done.held_by == ()
    assert enforce(folder, JournalSettings(retention_days=2), clock()).removed == ()


def test_files_go_when_all_together_are_too_large(five_days, folder, clock):
    done = enforce(folder, JournalSettings(retention_days=None, retention_bytes=300_000), clock())
    assert done.kept_bytes <= 300_000
    assert done.kept >= 1
    assert days(folder) == list(range(20 + len(done.removed), 25))


def test_the_file_being_written_stays(five_days, folder, clock):
    done = enforce(folder, JournalSettings(retention_bytes=1), clock.set("2030-01-01T00:00:00"))
    assert days(folder) == [24]
    assert done.kept == 1


def test_nothing_goes_without_limits(five_days, folder, clock):
    assert enforce(folder, JournalSettings(retention_days=None), clock()).removed == ()
    assert days(folder) == [20, 21, 22, 23, 24]


@pytest.mark.parametrize(("committed", "left"), [(0, 20), (9, 20), (10, 21), (25, 22), (50, 24)])
def test_files_stay_until_every_consumer_has_read_them(five_days, folder, clock, committed, left):
    with ConsumerOffsets(folder) as consumers:
        consumers.commit("fast", 50)
        consumers.commit("slow", committed)
    done = enforce(folder, JournalSettings(retention_bytes=1), clock())
    assert days(folder)[0] == left
    assert done.held_by == (() if committed == 50 else ("slow",))
    with JournalReader(folder) as reader:
        entries = reader.read(committed, 100)
        assert not entries or entries[0].offset == committed + 1, "a consumer finds what follows its commit"


def test_no_consumer_is_named_when_none_keeps_anything(five_days, folder, clock):
    with ConsumerOffsets(folder) as consumers:
        consumers.register("slow")
    assert enforce(folder, JournalSettings(), clock()).held_by == ()


async def test_a_clock_that_was_in_the_future_does_not_keep_files_for_ever(folder, clock, messages):
    async with SegmentedJournal(folder, clock=clock) as journal:
        clock.set("2099-01-01T00:00:00")
        await journal.append(messages(1))
        clock.set("2026-11-22T00:00:00")
        await journal.append(messages(1))
        clock.set("2026-11-23T00:00:00")
        await journal.append(messages(1))
    enforce(folder, JournalSettings(retention_days=1), clock.set("2026-11-24T01:00:00"))
    assert [path.name[:10] for path in folder.glob("*.sqlite")] == ["2026-11-23"]


def test_a_reader_finishes_a_file_that_is_removed_under_it(five_days, folder, clock):
    with JournalReader(folder) as reader:
        reader.head()
        segment = reader._files.segments[0]
        rows = reader._files.rows(segment, 0, "SELECT last FROM block UNION ALL SELECT last FROM block")
        assert next(rows) == (10,)
        enforce(folder, JournalSettings(retention_bytes=1), clock())
        assert not segment.path.exists()
        assert next(rows) == (10,)
        rows.close()
        assert reader.read(1, 100)[0].offset == 41, "the next call goes on with what there is"


def test_companions_of_a_removed_file_go(five_days, folder, clock):
    stray = folder / "2026-11-01-0000000000000001.sqlite-wal"
    stray.write_bytes(b"left by an interrupted removal")
    enforce(folder, JournalSettings(), clock())
    assert not stray.exists()
    assert list(folder.glob("2026-11-24*-wal")), "that of the file being written stays"


def test_nothing_is_removed_when_the_consumers_cannot_be_known(five_days, folder, clock):
    (folder / "consumers.sqlite").mkdir()
    with pytest.raises(JournalUnavailableError, match=r"consumers\.sqlite"):
        enforce(folder, JournalSettings(retention_bytes=1), clock())
    assert len(days(folder)) == 5


def test_an_absent_folder_is_no_error(folder, clock):
    assert enforce(folder, JournalSettings(), clock()).kept == 0
    assert committed_offsets(folder) == {}
