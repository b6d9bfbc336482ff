from __future__ import annotations

import pytest

from gateway.journal import ConsumerOffsets, SegmentedJournal, check


async def test_a_sound_journal_has_no_problems(folder, clock, messages):
    async with SegmentedJournal(folder, clock=clock) as journal:
        await journal.append(messages(3))
        clock.set("2026-11-23T00:00:00")
        await journal.append(messages(4))
        with ConsumerOffsets(folder) as consumers:
            consumers.commit("store", 5)
            for thorough in (False, True):
                report = check(folder, thorough=thorough)
                assert (report.files, report.entries, report.first, report.last) == (2, 7, 1, 7)
                assert report.consumers == {"store": 5}
                assert report.problems == ()


@pytest.mark.parametrize("thorough", [False, True])
def test_no_journal_yet(folder, thorough):
    report = check(folder, thorough=thorough)
    assert (report.files, report.entries, report.problems) == (0, 0, ())
    assert not folder.exists()


async def test_files_that_others_may_read_are_reported(folder, clock, messages):
    async with SegmentedJournal(folder, clock=clock) as journal:
        await journal.append(messages(1))
    folder.chmod(0o755)
    next(folder.glob("2026*")).chmod(0o644)
    assert [problem.rpartition(": ")[2] for problem in check(folder).problems] == [
        "others may enter this folder (mode 755 instead of 700)",
        "others may read this file (mode 644 instead of 600)",
    ]


async def test_a_consumer_ahead_of_the_journal_is_reported(folder, clock, messages):
    async with SegmentedJournal(folder, clock=clock) as journal:
        await journal.append(messages(1))
    with ConsumerOffsets(folder) as consumers:
        consumers.commit("store", 5)
    (problem,) = check(folder).problems
    assert problem.startswith("consumer store has committed offset 5, but the journal ends at 1")


async def test_a_broken_file_of_offsets_is_reported(folder, clock, messages):
    async with SegmentedJournal(folder, clock=clock) as journal:
        await journal.append(messages(1))
    (folder / "consumers.sqlite").touch(mode=0o600)
    (folder / "consumers.sqlite").write_bytes(b"no database" * 1000)
    (problem,) = check(folder).problems
    assert "consumers.sqlite: file is not a database" in problem


async def test_offsets_out_of_order_are_reported(folder, clock, messages):
    async with SegmentedJournal(folder, clock=clock) as journal:
        await journal.append(messages(5))
        clock.set("2026-11-23T00:00:00")
        await journal.append(messages(5))
    newest = max(folder.glob("2026*"))
    newest.rename(newest.with_name("2026-11-23-0000000000000008.sqlite"))
    (problem,) = check(folder).problems
    assert "offset 6 stands where a higher one should" in problem
