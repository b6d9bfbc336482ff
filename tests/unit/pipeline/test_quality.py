"""Quality tests: what is flagged and why, including what only the next value shows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from decoders.kit import Reading
from gateway.config import PipelineSettings, QualityTests, RangeTest
from gateway.model import SECOND_NS, Flag, Observation
from gateway.pipeline.normalise import Normaliser

MINUTE = 60 * SECOND_NS
T0 = 1_780_000_000 * SECOND_NS


def points(normaliser: Normaliser, device: str, at: int, offset: int, quantity: str, value: float) -> list[Observation]:
    """What one reading becomes."""
    out: list[Observation] = []
    normaliser.normalise(device, at, at, offset, [Reading(quantity, value)], out)
    return out


def run(
    tests: QualityTests | None, values: list[tuple[int, float]], quantity: str = "air_temperature"
) -> dict[int, int]:
    """Flags by time after all values have come; values are (minute, value)."""
    settings = PipelineSettings(quality={quantity: tests} if tests else {})
    normaliser = Normaliser(settings)
    flags: dict[int, int] = {}
    for offset, (minute, value) in enumerate(values):
        at = T0 + minute * MINUTE
        for point in points(normaliser, "dev", at, offset, quantity, value):
            flags[(point.time - T0) // MINUTE] = point.flag
    return flags


def test_physically_impossible_is_fail_and_kept() -> None:
    assert run(None, [(0, 21.0), (1, 500.0)]) == {0: Flag.GOOD, 1: Flag.FAIL}


def test_a_direction_of_360_is_fail() -> None:
    assert run(None, [(0, 360.0), (1, 0.0)], "wind_from_direction") == {0: Flag.FAIL, 1: Flag.GOOD}


def test_small_negative_gas_values_are_flagged_and_kept() -> None:
    assert run(None, [(0, -3.2), (1, 12.0), (2, -80.0)], "no2") == {0: Flag.SUSPECT, 1: Flag.GOOD, 2: Flag.FAIL}


def test_the_suspect_span_is_narrower_than_the_fail_span() -> None:
    tests = QualityTests(range=RangeTest(suspect=(-30, 45)))
    assert run(tests, [(0, 46.0), (1, 45.0), (2, 86.0)]) == {0: Flag.SUSPECT, 1: Flag.GOOD, 2: Flag.FAIL}


def test_a_spike_is_seen_when_the_next_value_has_come() -> None:
    tests = QualityTests(spike=5)
    assert run(tests, [(0, 20.0), (10, 40.0)])[10] == Flag.GOOD
    assert run(tests, [(0, 20.0), (10, 40.0), (20, 20.5)]) == {0: Flag.GOOD, 10: Flag.SUSPECT, 20: Flag.GOOD}


def test_a_step_is_no_spike() -> None:
    assert run(QualityTests(spike=15), [(0, 20.0), (10, 40.0), (20, 40.0)])[10] == Flag.GOOD


def test_a_change_faster_than_the_limit_is_suspect() -> None:
    tests = QualityTests(rate=0.02)  # 12 K in ten minutes
    assert run(tests, [(0, 10.0), (10, 21.0), (20, 34.0)]) == {0: Flag.GOOD, 10: Flag.GOOD, 20: Flag.SUSPECT}


def test_a_flat_line_is_suspect_from_its_limit_on_and_ends_with_a_change() -> None:
    tests = QualityTests(flat_line=3600, flat_tolerance=0.1)
    values = [(m, 20.0 if m <= 90 else 21.0) for m in range(0, 110, 10)]
    flags = run(tests, values)
    assert [m for m, flag in flags.items() if flag == Flag.SUSPECT] == [60, 70, 80, 90]


def test_neighbours_more_than_a_day_away_are_none() -> None:
    day = 24 * 60
    tests = QualityTests(spike=1, rate=0.000001)
    assert run(tests, [(0, 10.0), (day + 1, 20.0), (2 * day + 2, 10.0)]) == dict.fromkeys(
        (0, day + 1, 2 * day + 2), Flag.GOOD
    )


def test_a_late_value_changes_no_memory() -> None:
    tests = QualityTests(spike=5)
    flags = run(tests, [(0, 20.0), (20, 20.0), (10, 99.0 - 20), (30, 20.0)])
    assert flags[20] == Flag.GOOD


def test_a_device_can_have_tests_of_its_own() -> None:
    settings = PipelineSettings(
        quality={"air_temperature": QualityTests(range=RangeTest(suspect=(0, 30)))},
        device_quality={"oven": {"air_temperature": QualityTests(range=RangeTest(fail=(0, 300), suspect=(0, 250)))}},
    )
    normaliser = Normaliser(settings)

    def flag(device: str, value: float) -> int:
        return points(normaliser, device, T0, 1, "air_temperature", value)[0].flag

    assert (flag("oven", 200), flag("oven", 260), flag("oven", 301)) == (Flag.GOOD, Flag.SUSPECT, Flag.FAIL)
    assert (flag("street", 31), flag("street", 200)) == (Flag.SUSPECT, Flag.FAIL)


def test_a_value_corrected_for_the_same_moment_is_not_undone_by_a_later_spike_verdict() -> None:
    settings = PipelineSettings(quality={"air_temperature": QualityTests(spike=5)})
    for correction in (41.0, 500.0):
        normaliser = Normaliser(settings)
        stored: dict[int, float | None] = {}
        for offset, (minute, value) in enumerate([(0, 20.0), (10, 40.0), (10, correction), (20, 20.0), (30, 20.0)]):
            at = T0 + minute * MINUTE
            for point in points(normaliser, "d", at, offset, "air_temperature", value):
                stored[(point.time - T0) // MINUTE] = point.value
        assert stored[10] == correction


@given(
    st.lists(st.tuples(st.integers(0, 3000), st.floats(-80, 100)), max_size=30),
    st.builds(
        QualityTests,
        spike=st.none() | st.floats(0.1, 50),
        rate=st.none() | st.floats(0.0001, 1),
        flat_line=st.none() | st.floats(60, 90000),
    ),
)
def test_every_value_is_kept_with_its_own_number_whatever_the_tests(
    values: list[tuple[int, float]], tests: QualityTests
) -> None:
    normaliser = Normaliser(PipelineSettings(quality={"air_temperature": tests}))
    stored: dict[int, Observation] = {}
    for offset, (minute, value) in enumerate(values):
        at = T0 + minute * MINUTE
        for point in points(normaliser, "d", at, offset, "air_temperature", value):
            stored[point.time] = point
    last = {T0 + minute * MINUTE: value for minute, value in values}
    assert {time: point.value for time, point in stored.items()} == last
    assert all(point.flag in (1, 3, 4) for point in stored.values())
    assert all(
        (point.flag == 4) == (not -60 <= point.value <= 85) for point in stored.values() if point.value is not None
    )
