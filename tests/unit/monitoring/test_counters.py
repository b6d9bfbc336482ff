"""A counter that runs backwards is a fault; one that begins anew is not."""

from __future__ import annotations

import pytest

from gateway.monitoring.counters import backward_counters
from gateway.monitoring.model import Condition, Finding, Key
from tests.unit.monitoring.facts import DAY, HOUR, NOW, point, target


def found(values, channel=""):
    points = [
        point(NOW - DAY + number * HOUR, value, channel=channel, quantity="energy")
        for number, value in enumerate(values)
    ]
    return backward_counters(target(), "energy", {channel}, points)


@pytest.mark.parametrize(("values", "falls"), [
    ([1.0, 2.0, 2.0, 3.0], 0), ([998.0, 6.0, 7.0], 0), ([500.0, 0.0, 1.0], 0), ([500.0, 499.9, 501.0], 1),
    ([500.0, 490.0, 480.0], 2), ([500.0, None, 490.0], 1), ([500.0, 250.0], 0), ([500.0, 250.1], 1),
])  # fmt: skip
def test_a_fall_by_less_than_half_is_backwards(values, falls):
    faults, judged = found(values)
    assert [fault.value for fault in faults] == [falls] * bool(falls)
    assert judged == {Key("d", Condition.COUNTER_BACKWARDS, "energy")}


def test_it_says_since_when_and_of_which_channel():
    faults, _ = found([500.0, 499.0, 498.0], "L1")
    key = Key("d", Condition.COUNTER_BACKWARDS, "energy L1")
    assert faults == [Finding(key, NOW - DAY + HOUR, 2.0)]


def test_one_reading_says_nothing():
    assert found([5.0]) == ([], set())
