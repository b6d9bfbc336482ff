"""What every store does, shown on DuckDB and on a real InfluxDB 2."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.model import Flag, Observation, Store
from gateway.store import duckdb as duckdb_module
from gateway.store.duckdb import DuckStore
from gateway.store.influxdb import InfluxStore
from gateway.store.limits import TIME_MAX, TIME_MIN
from tests.servers.influxd import Influxd

T = 1_764_547_200_000_000_000
SECOND = 1_000_000_000
HOUR = 3600 * SECOND
NASTY_NAMES = [
    "a b",
    "a,b",
    "a=b",
    "trailing ",
    " leading",
    "tab\tname",
    "line\nend",
    "line\r\nend",
    "back\\slash",
    "back\\",
    "back\\ space",
    "back\\,comma",
    "back\\=equals",
    'quote"d',
    "single'quote",
    "100%",
    "%0A",
    "%250A",
    "#comment",
    "Ä ö ü ß, Elberfeld",
    "水位",
    "👩‍🚒",
    "nbsp\u00a0name",
    "\u2028",
    "\ufffd",
    "nul\x00name",
    "${r._value}",
    "\\${r._value}",
    '" or r._measurement != "',
    '") |> drop(columns: ["_value"]) //',
    'x" OR device="y',
    "time",
    "_measurement",
    "null",
    "true",
    "1e5",
    "-",
]


@dataclass
class Backend:
    """A database with room for stores of its own for each test."""

    name: str
    fresh: Callable[[], Callable[[], Store]]
    """Makes an empty database and returns what opens a store on it."""


@pytest.fixture(params=["duckdb", pytest.param("influxdb", marks=pytest.mark.influxd)])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    if request.param == "duckdb":
        numbers = count()

        def new_file() -> Callable[[], Store]:
            path = tmp_path / f"{next(numbers)}.duckdb"
            return lambda: DuckStore(path)

        return Backend("duckdb", new_file)
    server: Influxd = request.getfixturevalue("influxd")

    def new_bucket() -> Callable[[], Store]:
        settings = server.settings(server.bucket())
        return lambda: InfluxStore(settings)

    return Backend("influxdb", new_bucket)


@pytest.fixture
def store(backend: Backend) -> Iterator[Store]:
    opened = backend.fresh()()
    yield opened
    opened.close()


def point(
    time: int = T,
    value: float | None = 20.5,
    *,
    device: str = "a84041000181c061",
    channel: str = "",
    quantity: str = "air_temperature",
    flag: int = Flag.GOOD,
    offset: int = 1,
) -> Observation:
    return Observation(device, channel, quantity, time, value, flag, offset)


def seen(points: Sequence[Observation]) -> list[tuple[object, ...]]:
    """Without the offset, which a back end need not keep; values by their bits, so that -0.0 is not 0.0."""
    return [(p.device, p.channel, p.quantity, p.time, bits(p.value), int(p.flag)) for p in points]


def bits(value: float | None) -> bytes | None:
    return None if value is None else struct.pack(">d", value)


def everything(store: Store, device: str = "a84041000181c061") -> list[tuple[object, ...]]:
    return seen(store.observations(device, None, TIME_MIN, TIME_MAX + 1, limit=100_000))


def test_points_come_back_in_order_of_time_channel_and_quantity(store: Store) -> None:
    expected = [
        point(T, channel="a", quantity="relative_humidity"),
        point(T, channel="b", quantity="air_temperature"),
        point(T + 1, channel=""),
        point(T + 1, channel="b"),
        point(T + HOUR, quantity="air_temperature"),
        point(T + HOUR, quantity="battery_voltage"),
    ]
    assert not store.write(list(reversed(expected)), 1)
    assert everything(store) == seen(expected)


def test_a_device_is_read_by_half_open_range_quantity_and_limit(store: Store) -> None:
    store.write([point(T + n, float(n)) for n in range(10)], 1)
    store.write([point(T + n, float(n), quantity="battery_voltage") for n in range(10)], 1)
    store.write([point(T + n, device="other") for n in range(10)], 1)
    of_device = "a84041000181c061", "air_temperature"
    assert [p.value for p in store.observations(*of_device, T + 2, T + 5, limit=99)] == [2, 3, 4]
    assert [p.value for p in store.observations(*of_device, T, T + 10, limit=3)] == [0, 1, 2]
    assert len(store.observations(of_device[0], None, T, T + 10, limit=99)) == 20
    assert [p.time for p in store.observations(of_device[0], None, T, T + 10, limit=3)] == [T, T, T + 1]
    assert store.observations(*of_device, T + 5, T + 5, limit=99) == []
    assert store.observations("nobody", None, T, T + 10, limit=99) == []
    assert store.observations(of_device[0], "nothing", T, T + 10, limit=99) == []


@pytest.mark.parametrize(
    "value",
    [0.1 + 0.2, 1e-300, 5e-324, -0.0, 0.0, 2**53 + 1, -(2**63), 21, 1.7976931348623157e308, 1 / 3, 123456789.123456789, 1e22, -40],
)  # fmt: skip
def test_every_digit_of_a_value_is_kept(store: Store, value: float) -> None:
    store.write([point(T, value)], 1)
    assert everything(store) == seen([point(T, float(value))])


def test_integers_and_fractions_of_one_quantity_mix(store: Store) -> None:
    assert not store.write([point(T, 21), point(T + 1, 21.5), point(T + 2, True), point(T + 3, 0)], 1)
    assert everything(store) == seen([point(T, 21.0), point(T + 1, 21.5), point(T + 2, 1.0), point(T + 3, 0.0)])


@pytest.mark.parametrize("time", [TIME_MIN, -HOUR + 1, -1, 0, 1, T + 123_456_789, TIME_MAX])
def test_every_nanosecond_of_a_time_is_kept(store: Store, time: int) -> None:
    store.write([point(time)], 1)
    assert everything(store) == seen([point(time)])
    assert store.keys(["a84041000181c061"], time, time + 1) == [("a84041000181c061", "", "air_temperature", time)]


def test_the_last_write_wins(store: Store) -> None:
    store.write([point(T, 1.0), point(T + 1, 1.0), point(T + 2, 1.0)], 1)
    store.write([point(T + 1, 2.0, flag=Flag.SUSPECT), point(T + 3, 2.0)], 2)
    store.write([point(T + 1, 3.0, flag=Flag.FAIL)], 3)
    assert everything(store) == seen(
        [point(T, 1.0), point(T + 1, 3.0, flag=Flag.FAIL), point(T + 2, 1.0), point(T + 3, 2.0)]
    )


def test_the_last_of_a_batch_wins(store: Store) -> None:
    batch = [point(T + n % 7, float(n), channel=str(n % 3)) for n in range(500)]
    store.write(batch, 1)
    expected = {(p.time, p.channel): p for p in batch}
    assert everything(store) == seen([expected[key] for key in sorted(expected)])


def test_a_batch_may_be_written_again(store: Store) -> None:
    batch = [point(T + n, float(n), quantity=quantity) for n in range(50) for quantity in ("air_temperature", "rain")]
    for _ in range(3):
        store.write(batch, 7)
    assert everything(store) == seen(sorted(batch, key=lambda p: (p.time, p.quantity)))


def test_a_missing_value_replaces_a_value_and_the_other_way_round(store: Store) -> None:
    missing = point(T, None, flag=Flag.MISSING)
    for state in (missing, point(T, 4.5), missing, missing, point(T, 5.5)):
        store.write([state], 1)
        assert everything(store) == seen([state])
        (frame,) = store.frames("air_temperature", T, T + 1)
        assert frame["value"].to_list() == [state.value]
        assert seen(store.latest("a84041000181c061", T, T + 1)) == seen([state])


def test_an_empty_batch_is_no_error(store: Store) -> None:
    assert not store.write([], 5)
    assert not store.write([point()], 6)
    assert not store.write([], 7)
    assert len(everything(store)) == 1


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (point(device=""), "device is empty"),
        (point(quantity=""), "quantity is empty"),
        (point(device="x" * 65_500), "65515 bytes"),
        (point(channel="ä" * 40_000), "bytes"),
        (point(device="\ud800"), "Unicode"),
        (point(value=math.nan), "finite"),
        (point(value=math.inf), "finite"),
        (point(value=-math.inf), "finite"),
        (point(value=10**400), "finite"),
        (point(TIME_MIN - 1), "time"),
        (point(TIME_MAX + 2), "time"),  # InfluxDB takes one nanosecond more, which it cannot give back
        (point(2**64), "time"),
    ],
)
def test_a_point_that_cannot_be_held_is_refused_and_nothing_else(store: Store, bad: Observation, words: str) -> None:
    good = [point(T + n) for n in range(5)]
    (refused,) = store.write([*good[:2], bad, *good[2:]], 1)
    assert refused.observation is bad
    assert words in refused.detail
    assert everything(store) == seen(good)
    assert len(store.write([bad], 2)) == 1


def test_the_longest_name_that_is_taken_comes_back(store: Store) -> None:
    device = "x" * 64_950
    assert not store.write([point(device=device)], 1)
    assert everything(store, device) == seen([point(device=device)])


def test_any_name_is_kept_and_means_only_itself(store: Store) -> None:
    bystander = point(T, 3.0, device="y")
    ours = {
        name: [point(T, 2.0, device=name, quantity=name), point(T, 1.0, device=name, channel=name, quantity=name)]
        for name in NASTY_NAMES
    }
    assert not store.write([bystander, *(p for points in ours.values() for p in points)], 1)
    for name, points in ours.items():
        assert everything(store, name) == seen(points)
        assert seen(store.observations(name, name, T, T + 1, limit=9)) == seen(points)
        assert seen(store.latest(name, T, T + 1)) == seen(points)
        assert sorted(store.keys([name], T, T + 1)) == [(name, "", name, T), (name, name, name, T)]
        assert pl.concat(store.frames(name, T, T + 1)).select("device", "channel").rows() == [(name, ""), (name, name)]
    for done, (name, points) in enumerate(ours.items(), 1):
        store.delete([(name, name, name, T)] if done % 2 else [(name, "", name, T)])
        assert everything(store, name) == seen(points[:1] if done % 2 else points[1:])
        assert len(store.keys(NASTY_NAMES, T, T + 1)) == 2 * len(NASTY_NAMES) - done
    assert everything(store, "y") == seen([bystander])


def test_keys_name_every_point_of_the_devices_asked_for(store: Store) -> None:
    points = [point(T + n, device=f"d{device}", channel=str(n % 2)) for n in range(4) for device in range(250)]
    store.write(points, 1)
    wanted = [f"d{device}" for device in range(240)]
    expected = sorted(
        (p.device, p.channel, p.quantity, p.time) for p in points if p.device in wanted and p.time < T + 3
    )
    assert sorted(store.keys(iter([*wanted, "nobody"]), T, T + 3)) == expected
    assert not store.keys([], T, T + 3)


def test_exactly_the_named_points_are_deleted(store: Store) -> None:
    names = [("", "air_temperature"), ("probe", "air_temperature"), ("", "rain"), ("x", "rain")]
    points = [
        point(T + n, n + 0.5, device=device, channel=channel, quantity=quantity)
        for n in range(-3, 6)
        for device in ("a", "b")
        for channel, quantity in names
    ]
    points.append(point(T, None, device="a", channel="z", flag=Flag.MISSING))
    store.write(points, 1)
    gone = {("a", "", "air_temperature", T + n) for n in (-1, 0, 1, 4)} | {
        ("a", "x", "rain", T),
        ("b", "", "rain", T + 5),
    }
    store.delete([*gone, ("a", "", "air_temperature", T + 99), ("nobody", "", "rain", T), ("a", "no", "rain", T)])
    left = [p for p in points if (p.device, p.channel, p.quantity, p.time) not in gone]
    for device in ("a", "b"):
        assert sorted(map(str, everything(store, device))) == sorted(
            map(str, seen([p for p in left if p.device == device]))
        )
    store.delete([])
    store.delete(list(gone))
    assert len(everything(store, "a")) + len(everything(store, "b")) == len(left)


def test_a_deleted_point_may_be_written_again(store: Store) -> None:
    store.write([point(T), point(T + 1)], 1)
    store.delete([("a84041000181c061", "", "air_temperature", T)])
    store.write([point(T, 7.0)], 2)
    assert everything(store) == seen([point(T, 7.0), point(T + 1)])


def test_long_runs_are_deleted_over_days(store: Store) -> None:
    points = [point(T + n * HOUR, float(n), channel=channel) for n in range(120) for channel in ("", "c")]
    store.write(points, 1)
    store.delete([("a84041000181c061", "", "air_temperature", T + n * HOUR) for n in range(120) if n % 50])
    left = [p for p in points if p.channel or p.value in {0.0, 50.0, 100.0}]
    assert everything(store) == seen(left)


def test_latest_gives_the_last_point_of_each_series(store: Store) -> None:
    store.write([point(T + n, float(n)) for n in range(5)], 1)
    store.write([point(T + 9, None, channel="x", flag=Flag.MISSING), point(T + 1, 1.0, channel="x")], 1)
    store.write([point(T + 2, 2.0, quantity="rain"), point(T + 3, device="other")], 1)
    expected = [
        point(T + 4, 4.0),
        point(T + 2, 2.0, quantity="rain"),
        point(T + 9, None, channel="x", flag=Flag.MISSING),
    ]
    assert seen(store.latest("a84041000181c061", T, T + 10)) == seen(expected)
    assert seen(store.latest("a84041000181c061", T, T + 2)) == seen([point(T + 1, 1.0), point(T + 1, 1.0, channel="x")])
    assert store.latest("a84041000181c061", T + 10, T + 20) == []


def test_frames_hold_all_points_of_a_quantity(store: Store) -> None:
    points = [
        point(T + n * HOUR, n / 3, device=f"d{n % 3}", channel=str(n % 2) if n % 5 else "", flag=Flag(1 + n % 4))
        for n in range(100)
    ]
    points.append(point(T + HOUR, None, device="gone", flag=Flag.MISSING))
    store.write([*points, *(point(p.time, device=p.device, quantity="rain") for p in points)], 1)
    frames = list(store.frames("air_temperature", T + HOUR, T + 90 * HOUR))
    for frame in frames:
        assert frame.schema == {
            "device": pl.String,
            "channel": pl.String,
            "time": pl.Int64,
            "value": pl.Float64,
            "flag": pl.UInt8,
        }
        assert frame.sort("device", "channel", "time").equals(frame)
    rows = pl.concat(frames).rows()
    expected = [(p.device, p.channel, p.time, p.value, p.flag) for p in points if T + HOUR <= p.time < T + 90 * HOUR]
    assert sorted(rows, key=str) == sorted(expected, key=str)
    assert [frame["time"].min() for frame in frames] == sorted(frame["time"].min() for frame in frames)  # type: ignore[type-var]  # hypothesis gives one of several shapes
    assert sum(frame.height for frame in store.frames("air_temperature", TIME_MIN, TIME_MAX + 1)) == len(points)
    assert list(store.frames("nothing", T, T + HOUR)) == []


def test_everything_is_there_after_opening_again(backend: Backend) -> None:
    opener = backend.fresh()
    first = opener()
    first.write([point(T, 1.0), point(T + 1, 1.0)], 1)
    first.write([point(T, 2.0)], 2)
    first.close()
    second = opener()
    assert everything(second) == seen([point(T, 2.0), point(T + 1, 1.0)])
    second.write([point(T + 1, 3.0), point(T - 1, 0.0)], 3)
    second.close()
    assert everything(second) == seen([point(T - 1, 0.0), point(T, 2.0), point(T + 1, 3.0)])  # opens by itself
    second.close()


def test_threads_read_while_one_writes(store: Store) -> None:
    def read() -> bool:
        values = [p.value for p in store.observations("a84041000181c061", None, T, T + 1_000, limit=2_000)]
        return len(values) % 20 == 0 and set(values) <= {1.0, 2.0}

    with ThreadPoolExecutor(4) as pool:
        results = []
        for n in range(20):
            store.write([point(T + 20 * n + k, float(1 + n % 2)) for k in range(20)], n)
            results.append(pool.submit(read))
        assert all(result.result() for result in results)
    assert len(everything(store)) == 400


def test_ping_names_the_database(store: Store, backend: Backend) -> None:
    assert backend.name in store.ping().lower()


names = st.text(min_size=1, max_size=12)
times = st.integers(TIME_MIN, TIME_MAX)
values = st.floats(allow_nan=False, allow_infinity=False)
observations = st.builds(
    Observation,
    device=names,
    channel=st.text(max_size=8),
    quantity=names,
    time=times,
    value=values,
    flag=st.sampled_from([1, 2, 3, 4]),
    offset=st.integers(0, 2**62),
) | st.builds(
    Observation, device=names, channel=st.just(""), quantity=names, time=times, value=st.none(), flag=st.just(9), offset=st.just(1)
)  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.data_too_large])
@given(batch=st.lists(observations, min_size=1, max_size=80))
def test_any_observation_comes_back_as_it_was(backend: Backend, batch: list[Observation]) -> None:
    store = backend.fresh()()
    try:
        assert not store.write(batch, 1)
        expected = {(p.device, p.channel, p.quantity, p.time): p for p in batch}
        got = [
            p
            for device in {p.device for p in batch}
            for p in seen(store.observations(device, None, TIME_MIN, TIME_MAX + 1, limit=999))
        ]
        assert sorted(map(str, got)) == sorted(map(str, seen(list(expected.values()))))
        assert set(store.keys({p.device for p in batch}, TIME_MIN, TIME_MAX + 1)) == set(expected)
    finally:
        store.close()


small = st.builds(
    point,
    time=st.integers(T, T + 8),
    value=st.integers(0, 3).map(float),
    device=st.sampled_from(["a", "b"]),
    channel=st.sampled_from(["", "x"]),
)
keys = st.tuples(
    st.sampled_from(["a", "b"]), st.sampled_from(["", "x"]), st.just("air_temperature"), st.integers(T, T + 8)
)
steps = st.lists(
    st.tuples(st.just("write"), st.lists(small, max_size=8)) | st.tuples(st.just("delete"), st.lists(keys, max_size=6)),
    max_size=8,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_writes_and_deletions_in_any_order_leave_what_they_say(
    backend: Backend, steps: list[tuple[str, list[object]]]
) -> None:
    store = backend.fresh()()
    model: dict[tuple[str, str, str, int], Observation] = {}
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(duckdb_module, "LATE_ROWS", 3)  # late rows are moved in the midst of it
            for what, items in steps:
                if what == "write":
                    store.write(items, 1)  # type: ignore[arg-type]  # hypothesis gives one of several shapes
                    model |= {(p.device, p.channel, p.quantity, p.time): p for p in items}  # type: ignore[attr-defined]  # hypothesis gives one of several shapes
                else:
                    store.delete(items)  # type: ignore[arg-type]  # hypothesis gives one of several shapes
                    for key in items:
                        model.pop(key, None)  # type: ignore[call-overload]  # hypothesis gives one of several shapes
        assert set(store.keys(["a", "b"], T, T + 99)) == set(model)
        rows = pl.concat([pl.DataFrame(), *store.frames("air_temperature", T, T + 99)], how="diagonal").rows()
        assert sorted(rows) == sorted((p.device, p.channel, p.time, p.value, p.flag) for p in model.values())
    finally:
        store.close()
