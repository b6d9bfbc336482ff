"""The table of heard devices: what adds up, and files of the first form."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from gateway.registry.seen import Heard, SeenDevices

FIRST_FORM = """
create table seen(
    device text primary key, source text not null, first_seen integer not null, last_seen integer not null,
    count integer not null, name text not null, hints text not null, decoder text not null, counter integer,
    rejected_clocks integer not null, latitude real, longitude real, altitude real
) without rowid;
insert into seen values ('d', 'tts', 1, 5, 7, 'Mast', '', 'x', 40, 2, 51.2, 7.1, null);
"""


def test_counts_add_up_and_a_counter_that_falls_is_a_new_start(tmp_path):
    seen = SeenDevices(tmp_path / "devices.sqlite")
    for at, counter in enumerate((1000, 990, 1001, 3, 4), start=1):
        seen.update(
            [Heard(device="d", source="tts", last_seen=at, count=2, counter=counter, undated=1, failures=1, joins=1)]
        )
    (row,) = seen.all()
    assert (row.count, row.undated, row.failures, row.joins, row.restarts) == (10, 5, 5, 5, 1)


def test_a_file_of_the_first_form_is_taken_over(tmp_path):
    path = tmp_path / "devices.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(FIRST_FORM)
    seen = SeenDevices(path)
    seen.update([Heard(device="d", source="tts", last_seen=9, count=1, counter=2, failures=1)])
    (row,) = SeenDevices(path).all()
    assert (row.name, row.first_seen, row.last_seen, row.count) == ("Mast", 1, 9, 8)
    assert (row.rejected_clocks, row.failures, row.restarts, row.latitude) == (2, 1, 1, 51.2)
