"""What reaches the gateway: all of it, once or twice, in order; late where it is to be late."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.demo.city import City
from gateway.demo.faults import EVERY_NTH, Fault, Faults
from gateway.demo.history import frames
from gateway.demo.messages import Arrival, Post
from gateway.demo.weather import DAY, HOUR

CITY = City(1_790_000_000.0, 2)
POST = Post(CITY)
START = CITY.ago(0.62)
"""One of the loggers, the one that was abroad and the ordinary ones have messages from here on."""


def arrivals(start: float, stop: float) -> list[Arrival]:
    return list(POST.between(start, stop))


@pytest.fixture(scope="module")
def everything() -> list[Arrival]:
    return [
        arrival
        for hour in range(48)
        for arrival in arrivals(CITY.ago(1) + hour * HOUR, CITY.ago(1) + (hour + 1) * HOUR)
    ]


def of(found: list[Arrival], device: str) -> list[Arrival]:
    return [arrival for arrival in found if device.lower() in (arrival.topic + arrival.body.decode()).lower()]


@settings(max_examples=8, deadline=None)
@given(st.lists(st.floats(0, 3 * HOUR), max_size=4))
def test_however_time_is_cut_the_same_arrives(cuts: list[float]) -> None:
    edges = [START, *sorted(START + cut for cut in cuts), START + 3 * HOUR]
    pieces = [arrival for low, high in pairwise(edges) for arrival in arrivals(low, high)]
    assert {(a.topic, a.body) for a in pieces} == {(a.topic, a.body) for a in arrivals(START, START + 3 * HOUR)}


def test_every_message_of_every_device_arrives(everything: list[Arrival]) -> None:
    faults = Faults(CITY)
    expected = sum(
        CITY.ago(1) <= faults.arrival(device, t) < CITY.begun and faults.speaks(device, t)
        for device in CITY.devices
        for _, t in device.times(CITY.ago(1) - DAY, CITY.begun)
    )
    strays = 3
    assert len({(arrival.topic, arrival.body) for arrival in everything}) == expected + strays


def test_some_uplinks_arrive_twice_byte_for_byte(everything: list[Arrival]) -> None:
    times = Counter((arrival.topic, arrival.body) for arrival in everything)
    doubles = sum(count == 2 for count in times.values())
    assert max(times.values()) == 2
    uplinks = sum(not topic.startswith("sensors/") for topic, _ in times)
    assert doubles == pytest.approx(uplinks / EVERY_NTH, rel=0.2)


def test_a_logger_sends_hours_later_and_one_was_abroad_for_longer(everything: list[Arrival]) -> None:
    faults = Faults(CITY)
    logger, abroad = (
        next(sick.device for sick in faults.sick.values() if sick.fault is fault)
        for fault in (Fault.LOGGER, Fault.ABROAD)
    )
    together = Counter(arrival.at for arrival in of(everything, f"/{logger.id}/"))
    assert max(together.values()) == 6 * HOUR / logger.kind.interval
    together = Counter(arrival.at for arrival in of(everything, f"/{abroad.id}/"))
    assert max(together.values()) > 5


def test_who_broke_in_the_storm_is_silent_since(everything: list[Arrival]) -> None:
    for sick in Faults(CITY).sick.values():
        if sick.fault is Fault.SILENT:
            heard = of(everything, sick.device.id)
            assert heard
            assert max(arrival.at for arrival in heard) < CITY.storm + 2 * HOUR
        if sick.fault is Fault.NEVER:
            assert not of(everything, sick.device.id)


def test_every_fault_has_a_device_and_none_has_two() -> None:
    assert {sick.fault for sick in Faults(CITY).sick.values()} == set(Fault)


def test_frames_of_the_history_carry_the_time_of_arrival() -> None:
    stop = CITY.ago(0.5)
    (until, messages), *more = frames(CITY, stop - HOUR, stop)
    assert until == stop
    assert not more
    assert {message.source for message in messages} == {"chirpstack", "tts", "mqtt"}
    assert all(stop - HOUR <= message.received_at / 1e9 < stop + 2 for message in messages)


def test_history_is_cheap_to_go_on_with() -> None:
    """The longest look back is for the device that was abroad, not for everyone."""
    faults = Faults(CITY)
    late = [device for device in CITY.devices if faults.lookback(device, START, START + 1) > HOUR]
    assert len(late) <= 5
