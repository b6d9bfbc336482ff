from __future__ import annotations

import multiprocessing
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from gateway.databases import connect, create, delete, is_damage, transaction

SCHEMA = "PRAGMA journal_mode = WAL; CREATE TABLE t(x);"


def make(path, barrier):
    barrier.wait()
    create(path, SCHEMA)
    with closing(connect(path)) as connection:
        connection.execute("INSERT INTO t VALUES(1)")


def test_of_several_processes_that_make_it_one_wins(tmp_path):
    context = multiprocessing.get_context("forkserver")
    barrier = context.Barrier(4)
    path = tmp_path / "a.sqlite"
    processes = [context.Process(target=make, args=(path, barrier)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(30)
    assert [process.exitcode for process in processes] == [0, 0, 0, 0]
    with closing(connect(path, "ro")) as connection:
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (4,)
    assert not list(tmp_path.glob("*.new*"))


def test_a_file_that_is_there_stays(tmp_path):
    path = tmp_path / "a.sqlite"
    create(path, SCHEMA)
    create(path, "CREATE TABLE other(x);")
    with closing(connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_schema").fetchall() == [("t",)]


def test_only_the_owner_may_read(tmp_path):
    path = tmp_path / "a.sqlite"
    create(path, SCHEMA)
    with closing(connect(path)) as connection:
        connection.execute("INSERT INTO t VALUES(1)")
        assert {stat.S_IMODE(entry.stat().st_mode) for entry in tmp_path.iterdir()} == {0o600}
        assert len(list(tmp_path.iterdir())) == 3
    delete(path)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_behind_on_failure(tmp_path):
    with pytest.raises(sqlite3.Error):
        create(tmp_path / "a.sqlite", "CREATE NONSENSE;")
    assert list(tmp_path.iterdir()) == []


def test_a_file_system_without_hard_links(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    create(tmp_path / "a.sqlite", SCHEMA)
    assert [path.name for path in tmp_path.iterdir()] == ["a.sqlite"]


def test_an_absent_file_is_not_made_by_opening_it(tmp_path):
    with pytest.raises(sqlite3.OperationalError) as caught:
        connect(tmp_path / "a.sqlite")
    assert not is_damage(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_damage_is_told_from_other_trouble(tmp_path):
    path = tmp_path / "a b%3f#.sqlite"
    path.write_bytes(b"no database" * 100)
    with closing(connect(path)) as connection, pytest.raises(sqlite3.DatabaseError) as caught:
        connection.execute("SELECT * FROM sqlite_schema")
    assert is_damage(caught.value)


def test_a_transaction_is_whole_or_nothing(tmp_path):
    path = tmp_path / "a.sqlite"
    create(path, SCHEMA)
    with closing(connect(path)) as connection:
        with transaction(connection):
            connection.execute("INSERT INTO t VALUES(1)")
        with pytest.raises(ZeroDivisionError), transaction(connection):
            connection.execute("INSERT INTO t VALUES(2)")
            raise ZeroDivisionError
        assert connection.execute("SELECT x FROM t").fetchall() == [(1,)]
        assert not connection.in_transaction


def test_the_first_failure_is_told_when_the_transaction_is_gone_already(tmp_path):
    path = tmp_path / "a.sqlite"
    create(path, SCHEMA)
    with closing(connect(path)) as connection, pytest.raises(ZeroDivisionError), transaction(connection):
        connection.execute("ROLLBACK")
        raise ZeroDivisionError
