"""Who is told what, when, and how often: quiet hours, digests, retries, restarts; on a clock of the test's own."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config import NotifySettings, QuietHours
from gateway.model import SECOND_NS
from gateway.monitoring.channels import DeliveryError
from gateway.monitoring.digest import is_quiet, news
from gateway.monitoring.ledger import Changes
from gateway.monitoring.model import Condition, Finding, Key
from gateway.monitoring.notifier import GIVE_UP_NS, LAST_RETRY, Notifier, backoff
from gateway.monitoring.storage import MonitoringStore
from tests.unit.monitoring.facts import DAY, HOUR, MINUTE, NOW

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = QuietHours(start=time(22), stop=time(6, 30))


def fault(device="d", condition=Condition.SILENT, subject="", since=NOW):
    return Finding(Key(device, condition, subject), since)


class Recorder:
    """A channel that keeps what it is given; `refuse` makes it fail."""

    def __init__(self, name="webhook"):
        self.name, self.got, self.refuse = name, [], None

    def compose(self, id_, news, names, at):  # noqa: ARG002 - the Protocol's signature
        return json.dumps({
            "began": [finding.key.device for finding in news.began],
            "ended": [finding.key.device for finding in news.ended],
        }).encode()  # fmt: skip

    async def deliver(self, message):
        if self.refuse is not None:
            raise self.refuse
        self.got.append((message.id, json.loads(message.body)))

    @property
    def bodies(self):
        return [body for _, body in self.got]


class Desk:
    def __init__(self, folder, channels, **settings):
        self.folder, self.channels, self.settings = folder, channels, NotifySettings(**settings)
        self.now, self.faults, self.sources = NOW, {}, {}
        self.restart()

    def restart(self):
        self.store = MonitoringStore(self.folder)
        self.tries = []
        self.notifier = Notifier(
            self.store,
            self.channels,
            self.settings,
            clock=lambda: self.now,
            counted=lambda *try_: self.tries.append(try_),
        )

    async def round(self, *faults, later=MINUTE):
        self.now += later
        self.faults = {each.key: each for each in faults}
        self.notifier.make(self.faults, {each.key.device: "" for each in faults}, self.sources, self.now)
        return [await self.notifier.attempt(channel) for channel in self.channels]


@pytest.fixture
def channel():
    return Recorder()


@pytest.fixture
def desk(tmp_path, channel):
    return Desk(tmp_path, [channel], digest=900)


async def test_a_fault_is_told_once_and_its_end_once(desk, channel):
    for _ in range(40):
        await desk.round(fault())
    assert channel.bodies == [{"began": ["d"], "ended": []}]
    for _ in range(40):
        await desk.round()
    assert channel.bodies[1:] == [{"began": [], "ended": ["d"]}]
    assert desk.store.told("webhook") == {}


async def test_what_happens_within_the_interval_stands_in_one_message(desk, channel):
    await desk.round(fault("a"))
    for _ in range(14):
        await desk.round(fault("a"), fault("b"))
    await desk.round(fault("b"), fault("c"), later=MINUTE)
    assert channel.bodies == [{"began": ["a"], "ended": []}, {"began": ["b", "c"], "ended": ["a"]}]


async def test_what_comes_and_goes_in_between_is_not_told(desk, channel):
    await desk.round(fault("a"))
    await desk.round(fault("a"), fault("b"))
    await desk.round(fault("a"))
    await desk.round(later=HOUR)
    assert channel.bodies == [{"began": ["a"], "ended": []}, {"began": [], "ended": ["a"]}]


async def test_only_chosen_troubles_are_told(tmp_path, channel):
    desk = Desk(tmp_path, [channel], troubles=["low_battery"])
    await desk.round(fault("a"), fault("b", Condition.LOW_BATTERY), fault("c", Condition.LATE))
    assert channel.bodies == [{"began": ["b"], "ended": []}]


async def test_while_a_source_is_the_fault_its_silent_devices_are_not_told(tmp_path, channel):
    desk = Desk(tmp_path, [channel], digest=0)
    desk.sources = {"a": "tts", "b": "other", "old": "tts"}
    await desk.round(fault("old"))
    source = fault("", Condition.SOURCE_SILENT, "tts")
    await desk.round(source, fault("a"), fault("b"), fault("old"))
    await desk.round(source, fault("b"))
    await desk.round(fault("a"))
    assert channel.bodies == [
        {"began": ["old"], "ended": []},
        {"began": ["", "b"], "ended": []},
        {"began": ["a"], "ended": ["", "b", "old"]},
    ]


async def test_nobody_is_disturbed_in_quiet_hours_but_about_what_is_urgent(tmp_path, channel):
    desk = Desk(tmp_path, [channel], digest=0, quiet=NIGHT, urgent=["source_silent"])
    desk.now = ns(datetime(2026, 11, 22, 22, 0, tzinfo=BERLIN))
    for _ in range(8):
        await desk.round(fault("a"), later=HOUR)
    assert channel.bodies == []
    await desk.round(fault("a"), fault("", Condition.SOURCE_SILENT, "tts"), later=10 * MINUTE)
    assert channel.bodies == [{"began": [""], "ended": []}]
    await desk.round(fault("b"), later=30 * MINUTE)
    assert channel.bodies[1:] == [{"began": ["b"], "ended": [""]}]


async def test_a_message_of_the_evening_that_failed_waits_for_the_morning(tmp_path, channel):
    desk = Desk(tmp_path, [channel], quiet=NIGHT)
    desk.now = ns(datetime(2026, 11, 22, 21, 58, tzinfo=BERLIN))
    channel.refuse = DeliveryError("answered 503")
    await desk.round(fault())
    channel.refuse = None
    await desk.round(fault(), later=HOUR)
    assert channel.bodies == []
    await desk.round(fault(), later=8 * HOUR)
    assert channel.bodies == [{"began": ["d"], "ended": []}]


async def test_a_receiver_that_is_away_gets_the_same_message_later_and_then_one_about_the_rest(desk, channel):
    channel.refuse = DeliveryError("answered 503")
    for device in "abcde":
        await desk.round(fault("a"), fault(device), later=20 * MINUTE)
    assert desk.tries == [("webhook", "failed")] * 5
    first = desk.store.message("webhook")
    assert first is not None
    assert first.attempts == 5
    channel.refuse = None
    await desk.round(fault("e"), later=20 * MINUTE)
    assert channel.got == [(first.id, {"began": ["a"], "ended": []})]
    await desk.round(fault("e"))
    assert channel.bodies[1:] == [{"began": ["e"], "ended": ["a"]}]


async def test_tries_are_spaced_and_a_receiver_may_ask_for_more(desk, channel):
    channel.refuse = DeliveryError("answered 503", retry_after=300)
    assert await desk.round(fault()) == [300]
    assert await desk.round(fault()) == [240]
    assert desk.tries == [("webhook", "failed")]


@given(st.integers(1, 1000), st.none() | st.floats(0, 1e9))
def test_the_wait_grows_and_is_bounded(attempts, asked):
    assert 10 <= backoff(attempts, asked) <= LAST_RETRY
    assert backoff(attempts + 1) >= backoff(attempts)


async def test_a_message_nobody_takes_for_a_day_is_made_anew(desk, channel):
    channel.refuse = DeliveryError("answered 400")
    await desk.round(fault("a"))
    await desk.round(fault("a"), fault("b"), later=GIVE_UP_NS + MINUTE)
    assert desk.tries[-1] == ("webhook", "given_up")
    channel.refuse = None
    await desk.round(fault("a"), fault("b"))
    assert channel.bodies == [{"began": ["a", "b"], "ended": []}]


async def test_a_restart_loses_no_message_and_doubles_none(desk, channel):
    desk.now += MINUTE
    desk.faults = {fault().key: fault()}
    desk.notifier.make(desk.faults, {}, {}, desk.now)
    desk.restart()  # after it was made, before it was sent
    await desk.round(fault())
    desk.restart()  # after it was sent
    for _ in range(20):
        await desk.round(fault())
    assert channel.bodies == [{"began": ["d"], "ended": []}]


async def test_a_delivery_that_cannot_be_noted_is_not_made_again(desk, channel, monkeypatch):
    import sqlite3

    def full(_):
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(desk.store, "delivered", full)
        for _ in range(3):
            await desk.round(fault())
    await desk.round(fault())
    assert channel.bodies == [{"began": ["d"], "ended": []}]
    assert desk.store.message("webhook") is None


async def test_a_channel_that_hangs_does_not_hold_up_the_other(tmp_path):
    stuck, well = Recorder("stuck"), Recorder("well")
    started, release, done = asyncio.Event(), asyncio.Event(), asyncio.Event()
    deliver = well.deliver

    async def hang(_):
        started.set()
        await release.wait()
        stuck.got.append("late")

    async def note(message):
        await deliver(message)
        done.set()

    stuck.deliver, well.deliver = hang, note
    desk = Desk(tmp_path, [stuck, well])
    running = asyncio.create_task(desk.notifier.run())
    desk.faults = {fault().key: fault()}
    assert await asyncio.to_thread(desk.notifier.make, desk.faults, {}, {}, desk.now)
    desk.notifier.wake()
    await asyncio.wait_for(started.wait(), 10)
    await asyncio.wait_for(done.wait(), 10)
    running.cancel()  # the stop waits for the delivery under way, so that it can be noted
    release.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert stuck.got == ["late"]
    assert desk.store.message("stuck") is None


def ns(moment):
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1000


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 11, 22, 21, 59, 59, tzinfo=BERLIN), False),
        (datetime(2026, 11, 22, 22, 0, tzinfo=BERLIN), True),
        (datetime(2026, 11, 23, 6, 29, 59, tzinfo=BERLIN), True),
        (datetime(2026, 11, 23, 6, 30, tzinfo=BERLIN), False),
        (datetime(2026, 10, 25, 4, 30, tzinfo=UTC), True),  # 05:30 after the clocks went back
        (datetime(2026, 10, 25, 5, 30, tzinfo=UTC), False),  # 06:30
        (datetime(2026, 3, 29, 4, 30, tzinfo=UTC), False),  # 06:30 after they went forward
    ],
)
def test_quiet_hours_follow_the_clock_on_the_wall(moment, expected):
    assert is_quiet(ns(moment), NIGHT, BERLIN) is expected


@given(st.integers(0, 730 * 86400), st.times(), st.times())
def test_quiet_hours_and_their_complement_share_the_day(later, start, stop):
    now = NOW + later * SECOND_NS
    quiet, loud = QuietHours(start=start, stop=stop), QuietHours(start=stop, stop=start)
    if start == stop:
        assert not is_quiet(now, quiet, BERLIN)
    else:
        assert is_quiet(now, quiet, BERLIN) != is_quiet(now, loud, BERLIN)


keys = st.builds(Key, st.sampled_from("abc"), st.sampled_from([Condition.SILENT, Condition.DRIFT]))


@given(st.lists(st.sets(keys), min_size=1, max_size=12))
def test_whoever_applies_all_messages_knows_what_holds(states):
    """News are exactly the difference: a receiver that adds and removes ends with the faults that hold."""
    settings, told = NotifySettings(), {}
    for number, state in enumerate(states):
        faults = {key: Finding(key, number) for key in state}
        found = news(faults, told, {}, settings, NOW)
        assert not {f.key for f in found.began} & told.keys()
        assert {f.key for f in found.ended} <= told.keys()
        told = {k: v for k, v in told.items() if k not in {f.key for f in found.ended}}
        told |= {f.key: f for f in found.began}
        assert told.keys() == faults.keys()


def test_history_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr("gateway.monitoring.storage.KEPT_CHANGES", 10)
    monkeypatch.setattr("gateway.monitoring.storage.KEPT_LAPSES", 3)
    from gateway.monitoring.presence import Lapse

    store = MonitoringStore(tmp_path)
    for number in range(50):
        began = Changes(began=(fault(str(number)),))
        lapse = Lapse("", number * DAY, number * DAY + SECOND_NS)
        store.save(devices=(), gone=(), changes=began, lapses=[lapse], meta={}, at=number)
    assert [at for at, _, _ in store.history()] == list(range(49, 39, -1))
    assert len(store.lapses()) == 3
