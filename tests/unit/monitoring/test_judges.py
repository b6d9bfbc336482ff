"""Each judge alone: presence, outages, batteries, flat lines, neighbours, counts, and what began and ended."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config import BatteryLimits, BatterySettings, Drift, DriftSettings, FlatLine, MonitoringSettings
from gateway.monitoring import rates
from gateway.monitoring.battery import low_batteries
from gateway.monitoring.drift import drifting
from gateway.monitoring.flat import flat_lines
from gateway.monitoring.ledger import compare
from gateway.monitoring.model import Condition, Finding, Key, Tally, metres
from gateway.monitoring.presence import Lapse, listened, outages, presence
from tests.unit.monitoring.facts import DAY, HOUR, MINUTE, NOW, point, target

SETTINGS = MonitoringSettings(grace=60)


def seen(ago, lapses=(), **changes):
    found = presence(target(last_seen=NOW - ago, **changes), SETTINGS, as_of=NOW, known=0, lapses=lapses)
    return found and found.key.condition


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(0, None), (16, None), (16.1, Condition.LATE), (31, Condition.LATE), (31.1, Condition.SILENT)],
)
def test_late_after_one_and_a_half_intervals_silent_after_three(minutes, expected):
    assert seen(round(minutes * MINUTE)) == expected


def test_a_silent_device_is_so_since_its_last_message():
    found = presence(target(last_seen=NOW - DAY), SETTINGS, as_of=NOW, known=0, lapses=())
    assert found == Finding(Key("d", Condition.SILENT), NOW - DAY, None, 3 * 600 + 60)


def test_a_time_in_which_nothing_could_be_heard_makes_nobody_silent():
    down = Lapse("", NOW - 10 * HOUR, NOW - MINUTE)
    assert seen(10 * HOUR + MINUTE, [down]) is None
    assert seen(DAY, [down]) is Condition.SILENT
    assert seen(10 * HOUR, [Lapse("chirpstack", NOW - 10 * HOUR, NOW)]) is None
    assert seen(10 * HOUR, [Lapse("another", NOW - 10 * HOUR, NOW)]) is Condition.SILENT


def test_never_heard_is_a_fault_only_after_a_while():
    new = target(last_seen=None)
    assert presence(new, SETTINGS, as_of=NOW, known=NOW - DAY, lapses=()) is None
    found = presence(new, SETTINGS, as_of=NOW, known=NOW - DAY - 1, lapses=())
    assert found is not None
    assert found.key.condition is Condition.NEVER_HEARD


spans = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted)


@given(spans, st.lists(st.tuples(spans, st.sampled_from(["", "a", "b"]))))
def test_listening_time_is_what_no_lapse_covers(window, lapses):
    start, stop = window
    rows = sorted((Lapse(source, *span) for span, source in lapses), key=lambda lapse: lapse.start)
    naive = sum(
        not any(row.start <= at < row.stop for row in rows if row.source in ("", "a")) for at in range(start, stop)
    )
    assert listened(start, stop, "a", rows) == naive


def test_when_most_devices_of_a_source_are_silent_the_source_is_the_fault():
    devices = [target(f"d{number}", last_seen=NOW - number) for number in range(6)]
    names = [device.device for device in devices]
    assert outages(devices, names[:2], (), 0.5) == []
    (found,) = outages(devices, names[:3], (), 0.5)
    assert found == Finding(Key("", Condition.SOURCE_SILENT, "chirpstack"), NOW, 0.5, 0.5)
    assert outages(devices[:4], names[:4], (), 0.5) == []  # too few to tell
    assert outages(devices[:4], names[:1], {"chirpstack"}, 0.5) != []


def low(value, quantity, was=(), **settings):
    points = [point(NOW, value, quantity)]
    found = low_batteries(target(decoder="lht"), points, BatterySettings(**settings), set(was))
    return [(finding.value, finding.limit) for finding in found]


def test_low_batteries_by_level_and_by_voltage_with_the_most_particular_limit():
    assert low(14, "battery_level") == [(14, 15)]
    assert low(15, "battery_level") == []
    assert low(2.49, "battery_voltage") == [(2.49, 2.5)]
    assert low(None, "battery_level") == []
    assert low(-5, "air_temperature") == []
    decoder, device = {"lht": BatteryLimits(voltage=3)}, {"d": BatteryLimits(voltage=3.3)}
    assert low(2.9, "battery_voltage", decoders=decoder) == [(2.9, 3)]
    assert low(3.2, "battery_voltage", decoders=decoder, devices=device) == [(3.2, 3.3)]
    assert low(1, "battery_level", devices={"d": BatteryLimits()}) == []


def test_a_battery_is_well_again_only_well_above_its_limit():
    was = [Key("d", Condition.LOW_BATTERY, "battery_level")]
    assert low(19.9, "battery_level", was) != []
    assert low(20, "battery_level", was) == []
    assert low(19.9, "battery_level") == []


def flat(values, step=HOUR, channels=("",), **rule):
    points = [
        point(NOW - DAY + number * step, value, channel=channel)
        for number, value in enumerate(values)
        for channel in channels
    ]
    found, judged = flat_lines(target(), "air_temperature", channels, points, FlatLine(**rule))
    assert {finding.key for finding in found} <= judged
    return found


def test_a_series_that_stands_still_for_the_whole_window_is_flat():
    (found,) = flat([21.5] * 24)
    assert found == Finding(Key("d", Condition.FLAT_LINE, "air_temperature"), NOW - DAY, 21.5, 86400)
    assert flat([21.5] * 23 + [21.6]) == []
    assert flat([21.5] * 23 + [21.6], tolerance=0.2) != []
    assert flat([21.5, None] * 12) != []
    assert flat([100.0] * 24, normal=(100,)) == []


def test_a_few_values_or_a_short_time_say_nothing():
    assert flat([21.5] * 5, step=5 * HOUR) == []
    assert flat([21.5] * 20) == []  # 19 of 24 hours


def test_one_dead_channel_of_two_is_found():
    points = []
    for number in range(24):
        points += [
            point(NOW - DAY + number * HOUR, float(number), channel="1"),
            point(NOW - DAY + number * HOUR, 0.0, channel="2"),
        ]
    found, _ = flat_lines(target(), "air_temperature", {"1", "2"}, points, FlatLine())
    assert [finding.key.subject for finding in found] == ["air_temperature 2"]


def test_reading_ends_as_soon_as_the_series_moved():
    def points():
        yield point(NOW - DAY, 1.0)
        yield point(NOW - HOUR, 2.0)
        raise AssertionError("read too far")

    key = Key("d", Condition.FLAT_LINE, "air_temperature")
    assert flat_lines(target(), "air_temperature", {""}, points(), FlatLine()) == ([], {key})


def test_too_few_values_end_no_fault():
    points = [point(NOW - HOUR + number * MINUTE, 21.5) for number in range(9)]
    assert flat_lines(target(), "air_temperature", {""}, points, FlatLine()) == ([], set())


DRIFT = DriftSettings(quantities={"air_temperature": Drift(floor=0.5)})


def city(offsets, hours=48, seed=1):
    """Devices 300 m apart in a row, with a common daily course, noise, and an offset each."""
    random = Random(seed)
    devices = [target(f"d{number}", position=(51.25 + number * 0.0027, 7.1)) for number in range(len(offsets))]
    series = {
        device.device: {hour: 10 + 5 * (hour % 24) / 24 + offset + random.gauss(0, 0.3) for hour in range(hours)}
        for device, offset in zip(devices, offsets, strict=True)
    }
    return devices, series


def drifts(devices, series, was=()):
    found, judged = drifting(devices, "air_temperature", series, DRIFT, set(was), NOW)
    return {finding.key.device: finding for finding in found}, judged


def test_a_sensor_that_keeps_away_from_its_neighbours_drifts_and_they_do_not():
    found, judged = drifts(*city([0, 0, 4, 0, 0, 0]))
    assert set(found) == {"d2"}
    assert found["d2"].value == pytest.approx(4, abs=0.4)
    assert judged == {f"d{number}" for number in range(6)}
    assert drifts(*city([0, 0, -4, 0, 0, 0]))[0].keys() == {"d2"}
    assert drifts(*city([0, 0, 0.5, 0, 0, 0]))[0] == {}


def test_a_fault_ends_clearly_below_its_limit_only():
    devices, series = city([0, 0, 1.85, 0, 0, 0])
    assert drifts(devices, series)[0] == {}
    assert drifts(devices, series, [Key("d2", Condition.DRIFT, "air_temperature")])[0].keys() == {"d2"}


def test_without_enough_neighbours_or_hours_nothing_is_judged():
    devices, series = city([0, 9, 0])
    assert drifts(devices, series) == ({}, set())
    devices, series = city([0, 9, 0, 0, 0], hours=20)
    assert drifts(devices, series) == ({}, set())
    devices, series = city([0, 9, 0, 0, 0])
    far = [
        target(device.device, position=(device.position[0] * 1.0 + number, 7.1))
        for number, device in enumerate(devices)
    ]
    assert drifts(far, series) == ({}, set())
    indoors = [target(d.device, position=d.position, siting="indoor" if d.device == "d1" else "") for d in devices]
    assert "d1" not in drifts(indoors, series)[1]


@given(st.permutations(range(6)), st.integers(0, 5))
def test_the_order_of_devices_decides_nothing(order, wrong):
    devices, series = city([5 if number == wrong else 0 for number in range(6)])
    assert drifts([devices[number] for number in order], series) == drifts(devices, series)


def test_metres_between_two_places():
    assert metres((51.2562, 7.1508), (51.2464, 7.0360)) == pytest.approx(8070, rel=0.01)


def counted(tally, before=None, was=(), **changes):
    baseline = rates.begin(before or Tally(), NOW)
    found = rates.counted_faults(target(tally=tally, **changes), baseline, SETTINGS, set(was), NOW)
    return {finding.key.condition: finding.value for finding in found}


def test_undecodable_messages_and_bad_clocks_are_faults_by_their_share():
    assert counted(Tally(count=4, failures=2)) == {Condition.DECODE_FAILURE: 0.5}
    assert counted(Tally(count=4, failures=1)) == {}
    assert counted(Tally(count=4, rejected_clocks=4)) == {Condition.CLOCK_FAULT: 1}
    assert counted(Tally(count=4, undated=4)) == {}
    assert counted(Tally(count=4, undated=4), timed=True) == {Condition.CLOCK_FAULT: 1}
    assert counted(Tally(count=14, failures=10), before=Tally(count=10, failures=10)) == {}


def test_few_messages_leave_a_fault_as_it_was():
    assert counted(Tally(count=2, failures=2)) == {}
    was = [Key("d", Condition.DECODE_FAILURE)]
    assert counted(Tally(count=2), was=was) == {Condition.DECODE_FAILURE: None}
    assert counted(Tally(count=3), was=was) == {}


def test_a_storm_of_joins_or_restarts_is_a_fault():
    assert counted(Tally(count=9, joins=5)) == {Condition.RESTARTS: 5}
    assert counted(Tally(count=9, restarts=4)) == {}


@given(st.lists(st.integers(1, 40), min_size=1, max_size=60))
def test_counts_are_judged_over_half_a_window_to_a_whole_one(hours):
    now, baseline, window = NOW, rates.begin(Tally(), NOW), 86400.0
    for count, step in enumerate(hours):
        now += step * HOUR
        baseline = rates.advance(baseline, Tally(count=count), now, window)
        assert baseline.at <= baseline.next_at <= now
        if min(hours) == max(hours) == 1 and now - NOW > DAY:
            assert DAY // 2 <= now - baseline.at <= DAY


def test_counts_that_fell_begin_anew():
    baseline = rates.begin(Tally(count=100), NOW)
    assert rates.advance(baseline, Tally(count=3), NOW + 1, 86400).tally.count == 3


keys = st.builds(Key, st.sampled_from("abc"), st.sampled_from(list(Condition)))
findings = st.builds(Finding, keys, st.integers(0, 9), st.floats(0, 1))


@given(st.lists(findings), st.lists(findings), st.sets(keys))
def test_applying_the_changes_gives_what_was_found_and_what_was_not_examined(held, found, examined):
    before = {finding.key: finding for finding in held}
    changes = compare(before, found, examined.__contains__)
    after = {**before, **{finding.key: finding for finding in (*changes.began, *changes.updated)}}
    for ended in changes.ended:
        del after[ended.key]
    assert after.keys() == {f.key for f in found} | (before.keys() - examined)
    assert all(after[key].since == before[key].since for key in after.keys() & before.keys())
