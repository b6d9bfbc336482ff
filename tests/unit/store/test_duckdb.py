"""The DuckDB store beside what every store does: offsets, crashes, a full disk, a locked file, late rows."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.model import Flag, Observation, StoreUnavailableError
from gateway.store import duckdb as module
from gateway.store.duckdb import DuckStore

T = 1_764_547_200_000_000_000
SECOND = 1_000_000_000
HOUR = 3600 * SECOND


def point(
    time: int, value: float | None = 20.5, *, device: str = "d", channel: str = "", offset: int = 1
) -> Observation:
    return Observation(
        device, channel, "air_temperature", time, value, Flag.GOOD if value is not None else Flag.MISSING, offset
    )


def stored(store: DuckStore, device: str = "d") -> list[tuple[int, float | None, int]]:
    points = store.observations(device, None, T - 999 * HOUR, T + 999 * HOUR, limit=1_000_000)
    return [(p.time, p.value, p.offset) for p in points]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "observations.duckdb"


@pytest.fixture
def store(path: Path) -> Iterator[DuckStore]:
    opened = DuckStore(path)
    yield opened
    opened.close()


# --- offsets


def test_the_offset_is_stored_with_the_rows_and_never_goes_back(store: DuckStore, path: Path) -> None:
    assert store.committed() == 0
    store.write([point(T, offset=5)], 7)
    assert store.committed() == 7
    store.write([], 12)
    store.write([point(T + 1, offset=3)], 3)
    assert store.committed() == 12
    store.close()
    assert store.committed() == 12
    assert stored(store) == [(T, 20.5, 5), (T + 1, 20.5, 3)]


def test_people_can_read_the_file(store: DuckStore, path: Path) -> None:
    store.write([point(T + 1, channel="probe", offset=9), point(T, None)], 9)
    store.write([point(T - HOUR, 1.0)], 9)
    store.close()
    with duckdb.connect(path, read_only=True) as db:
        rows = db.execute(
            "select device, channel, quantity, time::varchar, value, flag, journal_offset from observations order by time"
        )
        assert rows.fetchall() == [
            ("d", "", "air_temperature", "2025-11-30 23:00:00", 1.0, 1, 1),
            ("d", "", "air_temperature", "2025-12-01 00:00:00", None, 9, 1),
            ("d", "probe", "air_temperature", "2025-12-01 00:00:00.000000001", 20.5, 1, 9),
        ]


# --- crashes

WRITER = """
    import sys
    from pathlib import Path
    from gateway.model import Observation
    from gateway.store.duckdb import DuckStore

    store = DuckStore(Path(sys.argv[1]))
    offset = store.committed()
    while True:
        offset += 1
        points = [Observation(f"d{n}", "", "rain", {T} + offset, float(offset), 1, offset) for n in range(500)]
        points += [Observation(f"d{n}", "", "rain", {T} + offset // 2, float(offset), 1, offset) for n in range(20)]
        store.write(points, offset)
        print(offset, flush=True)
"""


def test_after_a_kill_rows_and_offset_agree_and_nothing_acknowledged_is_gone(path: Path) -> None:
    code = textwrap.dedent(WRITER).replace("{T}", str(T))
    known = 0
    for acknowledged in (5, 40, 1):
        with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for _ in range(acknowledged):
                known = int(process.stdout.readline())
            process.send_signal(signal.SIGKILL)
            rest = process.stdout.read().split("\n")
            known = max([known, *(int(line) for line in rest if line)])
        store = DuckStore(path)
        committed = store.committed()
        assert committed in {known, known + 1}
        assert max(p.offset for p in store.observations("d300", None, T, T + 10**6, limit=10**6)) == committed
        times = [p.time - T for p in store.observations("d300", None, T, T + 10**6, limit=10**6)]
        assert times == list(range(1, committed + 1))
        late = {p.time - T: p.value for p in store.observations("d3", None, T, T + 10**6, limit=10**6)}
        assert all(late[n] == min(2 * n + 1, committed) for n in range(1, committed // 2 + 1))
        store.close()


FULL = """
    import resource, signal, sys
    from pathlib import Path
    from gateway.model import Observation, StoreUnavailableError
    from gateway.store.duckdb import DuckStore

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    store = DuckStore(Path(sys.argv[1]))
    size = int(sys.argv[2])
    mode = sys.argv[3]
    batch = lambda n: [Observation(f"d{k}", "", "rain", {T} + n, n + k / 7, 1, n) for k in range(3000)]
    for n in range(1, 4):
        store.write(batch(n), n)
    with store._file.cursor() as db:
        db.execute(f"set checkpoint_threshold = '{sys.argv[4]}'")
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    done, failures = 3, []
    while len(failures) < 5:
        try:
            store.write(batch(done + 1), done + 1)
            done += 1
        except StoreUnavailableError as error:
            failures.append(str(error))
            try:
                count = len(store.observations("d7", None, {T}, {T} + 10**6, limit=10**6))
                assert count >= done, (count, done)
            except StoreUnavailableError:
                pass
    assert all(sys.argv[1] in failure for failure in failures), failures
    if mode == "reopen":
        store.close()
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    committed = store.committed()
    assert committed in (done, done + 1), (committed, done)
    for n in range(done + 1, done + 30):
        assert not store.write(batch(n), n)
    assert store.committed() == done + 29
    for device in ("d0", "d2999"):
        points = store.observations(device, None, {T}, {T} + 10**6, limit=10**6)
        assert [p.time - {T} for p in points] == list(range(1, done + 30))
    assert sum(frame.height for frame in store.frames("rain", {T}, {T} + 10**6)) == 3000 * (done + 29)
    store.close()
    print(*failures, sep="\\n")
"""


@pytest.mark.parametrize("mode", ["go on", "reopen"])
@pytest.mark.parametrize(
    ("size", "threshold", "words"), [(700_000, "16MB", "Could not write file"), (2_500_000, "500KB", "checkpoint")]
)
def test_a_full_disk_is_told_and_overcome_when_there_is_room_again(
    path: Path, size: int, threshold: str, words: str, mode: str
) -> None:
    """The smaller limit stops the log, the larger one the move of the log into the file, which DuckDB takes worse."""
    code = textwrap.dedent(FULL).replace("{T}", str(T))
    command = [sys.executable, "-c", code, str(path), str(size), mode, threshold]
    run = subprocess.run(command, check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert words in run.stdout


# --- files that cannot be opened


def test_a_file_in_use_by_another_process_is_told(store: DuckStore, path: Path) -> None:
    code = f"import duckdb, sys; db = duckdb.connect({str(path)!r}); print(1, flush=True); sys.stdin.read()"
    path.parent.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdin is not None
        other.stdout.readline()
        for call in (store.ping, lambda: store.write([point(T)], 1), store.committed):
            with pytest.raises(StoreUnavailableError, match=rf"{path} is in use by another process.*{other.pid}"):
                call()
        other.stdin.close()
    assert not store.write([point(T)], 1)


def test_a_file_that_is_no_database_is_told(store: DuckStore, path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database " * 1000)
    with pytest.raises(StoreUnavailableError, match=f"{path} cannot be opened.*not a valid DuckDB"):
        store.ping()
    assert path.read_bytes() == b"no database " * 1000


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailableError, match="folder"):
        DuckStore(tmp_path / "file" / "x.duckdb").ping()


# --- late rows


def test_late_rows_are_moved_when_they_are_many(store: DuckStore, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LATE_ROWS", 50)
    expected = {}
    for n in range(40):
        batch = [point(T + (n * 37 + k * 11) % 300, float(n), offset=n) for k in range(10)]
        store.write(batch, n)
        expected |= {p.time: p for p in batch}
    assert stored(store) == [(t, expected[t].value, expected[t].offset) for t in sorted(expected)]
    store.close()
    with duckdb.connect(path, read_only=True) as db:
        (late,) = db.execute("select count(*) from observation_late").fetchone() or (0,)
        (total,) = db.execute("select count(*) from observation").fetchone() or (0,)
        (valid,) = db.execute("select count(*) from point").fetchone() or (0,)
    assert late < 60
    assert valid == len(expected) <= total + late


def test_what_is_known_is_learnt_again_after_opening(store: DuckStore) -> None:
    store.write([point(T + n, 1.0, device=device) for n in range(100) for device in ("d", "e")], 1)
    store.close()
    store.write([point(T + 50, 2.0), point(T + 100, 2.0), point(T + 100, 2.0, device="new")], 2)
    store.write([point(T + 99, 3.0), point(T + 99, 3.0, device="e")], 3)
    assert {time: value for time, value, _ in stored(store)} == {T + n: 1.0 for n in range(101)} | {
        T + 50: 2.0,
        T + 100: 2.0,
        T + 99: 3.0,
    }
    assert len(stored(store)) == 101
    assert len(stored(store, "e")) == 100
    assert len(stored(store, "new")) == 1


def test_episodes_far_apart_are_deleted_all(store: DuckStore) -> None:
    points = [point(T + (n % 20 - 10) * 40 * HOUR + n, float(n)) for n in range(400)]
    store.write(points, 1)
    store.delete([("d", "", "air_temperature", p.time) for p in points if p.value != 7.0])
    assert stored(store) == [(points[7].time, 7.0, 1)]


# --- replacing what journal entries said


def test_replacing_leaves_only_what_the_entries_say_now(store: DuckStore) -> None:
    store.write(
        [
            point(T, 1.0, offset=1),
            point(T + 1, 1.0, offset=1),
            point(T + 2, 2.0, offset=2),
            point(T + 3, 3.0, offset=3),
        ],
        3,
    )
    gone = store.replace([point(T, 9.0, offset=1), point(T + 5, 9.0, offset=2)], [1, 2])
    assert gone == 2
    assert stored(store) == [(T, 9.0, 1), (T + 3, 3.0, 3), (T + 5, 9.0, 2)]
    assert store.committed() == 3
    assert store.replace([], [1, 2, 99]) == 2
    assert stored(store) == [(T + 3, 3.0, 3)]


def test_replacing_never_overwrites_what_a_later_entry_said(store: DuckStore) -> None:
    store.write([point(T, 1.0, offset=1), point(T + 1, 1.0, offset=1)], 1)
    store.write([point(T, 5.0, offset=5), point(T - 1, 5.0, offset=5)], 5)
    assert store.replace([point(T, 2.0, offset=1), point(T + 1, 2.0, offset=1), point(T - 1, 2.0, offset=1)], [1]) == 0
    assert stored(store) == [(T - 1, 5.0, 5), (T, 5.0, 5), (T + 1, 2.0, 1)]


def test_replacing_without_entries_corrects_points_in_place(store: DuckStore) -> None:
    store.write([point(T, 1.0, offset=1), point(T + 1, 1.0, offset=2)], 2)
    assert store.replace([point(T, 8.0, offset=1)], []) == 0
    assert stored(store) == [(T, 8.0, 1), (T + 1, 1.0, 2)]
    assert store.replace([], []) == 0


def test_replacing_with_new_series_and_points_that_cannot_be_stored(store: DuckStore) -> None:
    assert store.replace([point(T, float("nan")), point(T, 1.0, device="new"), point(T, device="")], [1]) == 0
    assert stored(store, "new") == [(T, 1.0, 1)]
    store.write([point(T, 2.0, device="new", offset=2)], 2)
    assert stored(store, "new") == [(T, 2.0, 2)]


entries = st.lists(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), max_size=4), min_size=1, max_size=8)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=entries, late_rows=st.integers(1, 6), data=st.data())
def test_replaying_entries_unchanged_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, first: list[list[tuple[int, int]]], late_rows: int, data: st.DataObject
) -> None:
    store = DuckStore(tmp_path_factory.mktemp("replay") / "x.duckdb")
    said = {n: [point(T + t, float(v), offset=n) for t, v in points] for n, points in enumerate(first, 1)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LATE_ROWS", late_rows)
        for n, points in said.items():
            store.write(points, n)
        before = stored(store)
        low = data.draw(st.integers(1, len(said)))
        high = data.draw(st.integers(low, len(said)))
        again = range(low, high + 1)
        assert store.replace([p for n in again for p in said[n]], list(again)) == 0
        assert stored(store) == before
    store.close()


# --- threads


def test_a_broken_database_is_opened_again_once_its_readers_are_gone(store: DuckStore) -> None:
    store.write([point(T)], 1)
    reading, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        with store._file.cursor():
            reading.set()
            go_on.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    reading.wait(10)
    with pytest.raises(StoreUnavailableError, match="cannot be used"), store._file.cursor():
        raise duckdb.FatalException("the database has been invalidated")
    with pytest.raises(StoreUnavailableError, match="opened again"):
        store.write([point(T + 1)], 2)
    go_on.set()
    thread.join()
    assert not store.write([point(T + 1)], 2)
    assert len(stored(store)) == 2


def test_storage_stays_within_ten_bytes_for_each_observation(store: DuckStore, path: Path) -> None:
    """A city of 2,000 devices: times to the nanosecond, uplinks out of order by up to a second."""
    chance = random.Random(1)
    quantities = ("air_temperature", "relative_humidity", "battery_voltage")
    for n in range(70):
        times = {k: T + k * SECOND // 3 + chance.randrange(SECOND) for k in range(1000 * n, 1000 * (n + 1))}
        batch = [
            Observation(f"a84041{k % 2000:010x}", "", quantity, time, chance.randrange(4000) / 100, 1, k)
            for k, time in times.items()
            for quantity in quantities
        ]
        store.write(batch, n)
    store.close()
    assert path.stat().st_size / (70 * 1000 * 3) <= 10
    assert not list(path.parent.glob("*.wal"))
