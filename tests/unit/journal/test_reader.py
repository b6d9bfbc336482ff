from __future__ import annotations

import pytest

from gateway.config import JournalSettings
from gateway.journal import JournalReader, Lag, SegmentedJournal, enforce
from gateway.model import SECOND_NS, Received


@pytest.fixture
async def three_days(folder, clock, messages):
    """Offsets 1 to 4, 5 to 8, 9 to 12 on three days, each day two commits of two messages; the writer is at work."""
    async with SegmentedJournal(folder, clock=clock) as journal:
        for day in (22, 23, 24):
            for hour in (6, 18):
                clock.set(f"2026-11-{day}T{hour:02}:00:00")
                await journal.append(messages(2, topic=f"day{day}/hour{hour:02}"))
        yield journal


@pytest.fixture
def reader(folder):
    with JournalReader(folder) as reader:
        yield reader


def between(reader, *times, **options):
    return [entry for entries in reader.between(*times, **options) for entry in entries]


def offsets(entries):
    return [entry.offset for entry in entries]


def test_an_empty_folder_has_nothing_to_read(reader, clock):
    assert reader.read(0, 10) == []
    assert reader.head() == 0
    assert reader.lag(0, clock()) == Lag(offsets=0, seconds=0)
    assert reader.offsets_between(0, 1 << 62) is None
    assert list(reader.between(0, 1 << 62)) == []


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_reading_on_gives_every_entry_once_in_order(three_days, reader, limit):
    seen = []
    while entries := reader.read(seen[-1] if seen else 0, limit):
        assert len(entries) <= limit
        seen += offsets(entries)
    assert seen == list(range(1, 13))


@pytest.mark.parametrize("after", range(14))
def test_reading_begins_behind_any_offset(three_days, reader, after):
    entries = reader.read(after, 3)
    assert offsets(entries)[:1] == ([after + 1] if after < 12 else [])
    assert offsets(reader.read(after, 3)) == offsets(entries), "reading twice gives the same"


async def test_what_is_written_later_is_seen(three_days, reader, clock, messages):
    assert offsets(reader.read(11, 10)) == [12]
    assert reader.read(12, 10) == []
    await three_days.append(messages(1))
    assert offsets(reader.read(12, 10)) == [13]
    clock.set("2026-11-25T00:00:00")
    await three_days.append(messages(1))
    assert offsets(reader.read(13, 10)) == [14]
    assert reader.head() == 14


async def test_max_bytes_bounds_a_read_but_never_to_nothing(folder, clock, messages, reader):
    async with SegmentedJournal(folder, clock=clock) as journal:
        for _ in range(10):
            await journal.append(messages(1, body=bytes(10_000)))
    assert len(reader.read(0, 100, max_bytes=35_000)) == 4
    assert len(reader.read(4, 100, max_bytes=1)) == 1


async def test_lag_counts_entries_and_the_age_of_the_oldest(three_days, reader, clock):
    now = clock.set("2026-11-24T18:00:30")
    assert reader.lag(12, now) == Lag(offsets=0, seconds=0)
    assert reader.lag(11, now) == Lag(offsets=1, seconds=30)
    assert reader.lag(3, now) == Lag(offsets=9, seconds=2 * 86400 + 30)
    assert reader.lag(0, now) == Lag(offsets=12, seconds=2 * 86400 + 12 * 3600 + 30)
    assert reader.lag(12, 0) == Lag(offsets=0, seconds=0)


@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [
        ("2026-11-01T00:00:00", "2026-12-01T00:00:00", range(1, 13)),
        ("2026-11-22T06:00:00", "2026-11-22T18:00:00", [1, 2]),
        ("2026-11-22T06:00:01", "2026-11-23T18:00:01", [3, 4, 5, 6, 7, 8]),
        ("2026-11-23T00:00:00", "2026-11-24T00:00:00", [5, 6, 7, 8]),
        ("2026-11-24T18:00:00", "2026-11-25T00:00:00", [11, 12]),
        ("2026-11-22T07:00:00", "2026-11-22T08:00:00", []),
        ("2026-11-24T19:00:00", "2026-12-01T00:00:00", []),
        ("2020-01-01T00:00:00", "2020-01-02T00:00:00", []),
    ],
)
def test_entries_between_two_times(three_days, reader, clock, start, stop, expected):
    start, stop = clock.set(start), clock.set(stop)
    assert offsets(between(reader, start, stop, limit=3)) == list(expected)
    span = reader.offsets_between(start, stop)
    assert span == ((expected[0] - 1, expected[-1]) if expected else None)


async def test_entries_between_two_times_when_the_clock_went_back(folder, reader):
    times = [100, 200, 150, 50, 300, 120]
    async with SegmentedJournal(folder) as journal:
        for number, time in enumerate(times):
            await journal.append([Received("s", str(number), b"", time * SECOND_NS)])
    found = between(reader, 100 * SECOND_NS, 200 * SECOND_NS)
    assert [entry.received.topic for entry in found] == ["0", "2", "5"]


async def test_entries_that_contain_a_device(folder, reader):
    async with SegmentedJournal(folder) as journal:
        await journal.append(
            [
                Received("tts", "v3/app/devices/eui-0004A30B001C0530/up", b"{}", 1),
                Received("chirpstack", "application/1", b'{"devEui": "0004a30b001c0530"}', 2),
                Received("chirpstack", "application/1", b'{"devEui": "0004a30b001c0531"}', 3),
                Received("nbiot", "?device=Other", b"\xff\x00binary", 4),
            ]
        )
    assert offsets(between(reader, 0, 9, containing=["0004A30b001c0530"])) == [1, 2]
    assert offsets(between(reader, 0, 9, containing=["other", "0531"])) == [3, 4]
    assert list(reader.between(0, 9, containing=["nowhere"])) == []


async def test_a_reader_goes_on_when_retention_takes_its_file(three_days, reader, folder):
    assert offsets(reader.read(0, 1)) == [1]
    first = min(folder.glob("2026*.sqlite"))
    for path in folder.glob(f"{first.name}*"):
        path.unlink()
    assert offsets(reader.read(4, 10)) == [5, 6, 7, 8]
    with JournalReader(folder) as another:
        assert offsets(another.read(0, 10)) == [5, 6, 7, 8]
        assert another.lag(0, 0).offsets == 8


async def test_a_reader_does_not_keep_the_log_from_starting_anew(folder, clock, messages, monkeypatch, reader):
    monkeypatch.setattr("gateway.journal.committer.CHECKPOINT_BYTES", 100_000)
    async with SegmentedJournal(folder, clock=clock) as journal:
        after = 0
        for _ in range(60):
            await journal.append(messages(50, body=bytes(1000)))
            after = reader.read(after, 10)[-1].offset
        assert sum(path.stat().st_size for path in folder.glob("*-wal")) < 500_000


async def test_reading_final_files_leaves_nothing_beside_them(three_days, reader, folder):
    assert len(between(reader, 0, 1 << 62)) == 12
    reader.close()
    companions = [path.name[:10] for path in folder.iterdir() if path.name.endswith(("-wal", "-shm"))]
    assert set(companions) == {"2026-11-24"}


async def test_a_file_sealed_while_it_is_read_is_read_to_its_end(folder, clock, messages, reader):
    async with SegmentedJournal(folder, clock=clock) as journal:
        await journal.append(messages(5))
        assert reader.head() == 5
        rows = reader._files.rows(reader._files.segments[0], 0, "SELECT 1 FROM block UNION ALL SELECT 2 FROM block")
        next(rows)
        await journal.append(messages(5))
        clock.set("2026-11-23T00:00:00")
        await journal.append(messages(1))
        assert reader._files.segments[0].has_log(), "the open question keeps the log from moving into the file"
        with JournalReader(folder) as another:
            assert [entry.offset for entry in between(another, 0, 1 << 62)] == list(range(1, 12))
        rows.close()
        reader.close()
        enforce(folder, JournalSettings(), clock())
        assert not reader._files.segments[0].has_log()
        assert [entry.offset for entry in between(reader, 0, 1 << 62)] == list(range(1, 12))
