"""Files that are torn, foreign or changed: named in a clear error, passed over on request, never in the writer's way."""

from __future__ import annotations

import sqlite3

import pytest

from gateway.journal import Consumer, JournalDamagedError, JournalReader, SegmentedJournal, check
from gateway.journal.committer import DAMAGE_GAP


async def write(folder, clock, messages, commits, size=300):
    async with SegmentedJournal(folder, clock=clock) as journal:
        for _ in range(commits):
            last = await journal.append(messages(3, body=bytes(size)))
    return last


def newest(folder):
    return max(folder.glob("2026*.sqlite"))


def foreign(path):
    path.write_bytes(b"these are not the bytes of a database" * 500)


def truncated(path):
    path.write_bytes(path.read_bytes()[: 3 * 8192 + 100])


def emptied(path):
    path.write_bytes(b"")


def another_database(path):
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE block(last)")
    connection.close()


def newer_format(path):
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 2")
    connection.close()


def zeroed(path):
    path.write_bytes(bytes(path.stat().st_size))


RUINS = [foreign, truncated, emptied, another_database, newer_format, zeroed]


@pytest.mark.parametrize("ruin", RUINS)
async def test_new_messages_go_to_a_new_file_at_offsets_never_used(folder, clock, messages, ruin):
    before = await write(folder, clock, messages, 100)
    path = newest(folder)
    ruin(path)
    left = path.read_bytes()
    last = await write(folder, clock, messages, 1)
    assert last >= DAMAGE_GAP > before
    assert path.read_bytes() == left, "the damaged file is evidence and stays as it is"
    with JournalReader(folder) as reader:
        assert reader.head() == last
        assert [entry.offset for entry in reader.read(last - 3, 10)] == [last - 2, last - 1, last]
    assert await write(folder, clock, messages, 1) == last + 3, "after that, all is as ever"
    assert any(path.name in problem for problem in check(folder, thorough=True).problems)


@pytest.mark.parametrize("ruin", RUINS)
@pytest.mark.parametrize("follows", [True, False])
async def test_a_reader_names_the_file_and_where_to_go_on(folder, clock, messages, ruin, follows):
    await write(folder, clock, messages, 100)
    path = newest(folder)
    ruin(path)
    if follows:
        last = await write(folder, clock, messages, 1)
    with JournalReader(folder) as reader:
        after, found, damage, passed = 0, [], [], []
        while True:
            try:
                entries = reader.read(after, 50)
            except JournalDamagedError as error:
                damage.append(error)
                if error.resume is None:
                    break
                passed.append((after, error.resume))
                after = error.resume
            else:
                if not entries:
                    break
                found += [entry.offset for entry in entries]
                after = found[-1]
    assert damage
    assert all(before < resume for before, resume in passed)
    assert all(error.path == path and str(path) in str(error) for error in damage)
    if follows:
        assert found[-3:] == [last - 2, last - 1, last]
    else:
        assert damage[-1].resume is None


def clear_page(path, page):
    content = bytearray(path.read_bytes())
    content[(page - 1) * 8192 : page * 8192] = bytes(8192)
    path.write_bytes(content)


@pytest.mark.parametrize("page", [10, 40, 55])
async def test_damage_costs_only_the_messages_it_hit(folder, clock, messages, page):
    total = await write(folder, clock, messages, 400)
    clear_page(newest(folder), page)
    with JournalReader(folder) as reader:
        damage = []
        found = [entry.offset for some in reader.between(0, 1 << 62, on_damage=damage.append) for entry in some]
    assert len(damage) == 1
    assert total - 40 < len(found) < total
    assert found == sorted(set(found))
    assert {1, total} <= set(found)


async def test_damage_at_any_page_ends_in_order(folder, clock, messages):
    total = await write(folder, clock, messages, 30)
    path = newest(folder)
    sound = path.read_bytes()
    for page in range(1, len(sound) // 8192 + 1):
        path.write_bytes(sound)
        clear_page(path, page)
        damage = []
        with JournalReader(folder) as reader:
            found = [entry.offset for some in reader.between(0, 1 << 62, on_damage=damage.append) for entry in some]
        assert found == sorted(set(found))
        assert len(found) == total or damage or not found, f"page {page}"
        assert check(folder, thorough=True).problems, f"page {page}"


async def test_a_changed_byte_in_a_message_is_noticed_and_costs_its_block(folder, clock, messages):
    await write(folder, clock, messages, 3)
    path = newest(folder)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE block SET entries = zeroblob(length(entries)) WHERE last = 6")
    connection.close()
    with JournalReader(folder) as reader:
        assert [entry.offset for entry in reader.read(0, 10)] == [1, 2, 3], "what stands before it comes first"
        with pytest.raises(JournalDamagedError, match="ends at offset 6: the checksum does not fit") as caught:
            reader.read(3, 10)
        assert caught.value.resume == 6
        assert [entry.offset for entry in reader.read(6, 10)] == [7, 8, 9]
        with pytest.raises(JournalDamagedError):
            list(reader.between(0, 1 << 62))
    assert len(check(folder, thorough=True).problems) == 1
    assert check(folder).problems == (), "only reading the messages can tell"


async def test_a_file_that_breaks_while_it_is_written_is_left_for_a_new_one(folder, clock, messages):
    async with SegmentedJournal(folder, clock=clock) as journal:
        await journal.append(messages(3))
        segment = journal._committer._segment

        class Broken:
            def execute(self, *_):
                error = sqlite3.DatabaseError("database disk image is malformed")
                error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
                raise error

            close = segment._connection.close

        segment._connection = Broken()
        last = await journal.append(messages(3))
        assert last == DAMAGE_GAP + 1 + 3
        assert journal.available
    with JournalReader(folder) as reader:
        assert [entry.offset for entry in reader.read(0, 10)] == [1, 2, 3]
        assert [entry.offset for entry in reader.read(3, 10)] == [last - 2, last - 1, last]
        assert reader.lag(0, clock()).offsets == 6, "offsets that were left free do not count"


async def test_a_waiting_consumer_is_woken_to_meet_the_damage(folder, clock, messages):
    await write(folder, clock, messages, 1)
    foreign(newest(folder))
    with Consumer(folder, "store") as consumer:
        for _ in range(2):
            await consumer.wait(0)
            with pytest.raises(JournalDamagedError, match="file is not a database"):
                consumer.read(0, 10)
        assert consumer.lag().offsets == 0


async def test_files_of_others_in_the_folder_are_passed_over_and_reported(folder, clock, messages):
    await write(folder, clock, messages, 1)
    for name in ("notes.txt", "2026-11-22.sqlite", "2026-13-45-0000000000000001.sqlite", "2026-11-22-1.sqlite"):
        (folder / name).write_text("not ours")
    assert await write(folder, clock, messages, 1) == 6
    problems = check(folder).problems
    assert len([problem for problem in problems if "is no file of the journal" in problem]) == 4


async def test_remains_of_a_file_never_finished_are_cleared_away(folder, clock, messages):
    await write(folder, clock, messages, 1)
    for suffix in ("", "-wal", "-shm"):
        (folder / f"2026-11-23-0000000000000004.new77-7{suffix}").write_bytes(b"half")
    assert await write(folder, clock, messages, 1) == 6
    assert check(folder, thorough=True).problems == ()
