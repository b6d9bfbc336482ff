import asyncio
import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config import ConfigError, StorageSettings
from gateway.model import JournalUnavailableError, Received
from gateway.transports.tts_api import StorageApi, StorageError, rfc3339
from gateway.transports.tts_seen import LiveJournal, Mark, Seen, nanoseconds
from gateway.transports.tts_storage import GapFill
from tests.tts_stack import API_KEY, SAMPLE, Storage, encode, uplink

SECOND = 10**9
START = 1_795_000_000 * SECOND


class FakeJournal:
    def __init__(self):
        self.entries, self.errors = [], []
        self.changed = asyncio.Condition()

    async def append(self, messages):
        if self.errors:
            raise self.errors.pop(0)
        self.entries += messages
        async with self.changed:
            self.changed.notify_all()
        return len(self.entries)

    async def holds(self, count):
        async with asyncio.timeout(10), self.changed:
            await self.changed.wait_for(lambda: len(self.entries) >= count)

    @property
    def counters(self):
        return [json.loads(entry.body)["result"]["uplink_message"].get("f_cnt", 0) for entry in self.entries]


async def until(condition):
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - the state of another task, which has no event for each change
            await asyncio.sleep(0.001)


@pytest.fixture
def sample():
    return SAMPLE


@pytest.fixture
async def storage():
    async with Storage() as storage:
        yield storage


class Gap:
    """A gap fill that runs, with its parts at hand."""

    def __init__(self, storage, *, now, state=None, settle=100.0, limit=1000, overlap=5, key=API_KEY):
        settings = StorageSettings.model_validate(
            {"url": storage.url, "api_key": {"value": key}, "application": "umwelt", "limit": limit, "overlap": overlap}
        )
        self.journal, self.seen, self.now = FakeJournal(), Seen(), now
        self.mark = Mark(state)
        self.live = LiveJournal(self.journal, self.seen, self.mark)
        self.fill = GapFill(
            "tts", settings, StorageApi(settings), self.journal, self.seen, self.mark, lambda: self.now,
            settle=settle, backoff=(0.001, 0.01),
        )  # fmt: skip
        self.status = self.fill.status

    async def __aenter__(self):
        self._task = asyncio.create_task(self.fill.run())
        return self

    async def __aexit__(self, *_):
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def come(self, *bodies):
        await self.live.append(
            [Received("tts", "v3/umwelt@ttn/devices/x/up", encode(body), self.now) for body in bodies]
        )


@pytest.fixture
def marked(tmp_path):
    """A state file that says: nothing is missing before START."""
    state = tmp_path / "tts.json"
    state.write_text(json.dumps({"complete_until_ns": START}))
    return state


async def test_what_was_missed_is_fetched_page_by_page_and_journalled_once(storage, sample, marked):
    storage.uplinks = [uplink(sample, number, START + number * SECOND) for number in range(-3, 25)]
    async with Gap(storage, now=START + 30 * SECOND, state=marked, limit=7) as gap:
        gap.fill.back()
        await until(lambda: not gap.status.pending)
    assert gap.journal.counters == list(range(-3, 25))
    assert all(entry.topic == "storage/uplink_message" and entry.source == "tts" for entry in gap.journal.entries)
    assert gap.journal.entries[0].body == encode({"result": storage.uplinks[0]})
    first = storage.requests[0]
    assert (first["after"], first["limit"], first["order"]) == (rfc3339(START - 5 * SECOND), "7", "received_at")
    assert len(storage.requests) > 4
    assert gap.status.filled == 28
    assert json.loads(marked.read_text()) == {"complete_until_ns": START + 24 * SECOND}


async def test_what_came_live_is_not_journalled_again(storage, sample, marked):
    storage.uplinks = [uplink(sample, number, START + number * SECOND) for number in range(6)]
    async with Gap(storage, now=START + 10 * SECOND, state=marked) as gap:
        await gap.come(*storage.uplinks[:2], storage.uplinks[5])
        gap.journal.entries.clear()
        gap.fill.back()
        await until(lambda: not gap.status.pending)
    assert gap.journal.counters == [2, 3, 4]


async def test_a_counter_that_starts_anew_under_the_same_key_is_another_uplink(storage, sample, marked):
    storage.uplinks = [uplink(sample, 1, START + SECOND), uplink(sample, 1, START + 9 * SECOND)]
    async with Gap(storage, now=START + 10 * SECOND, state=marked) as gap:
        await gap.come(storage.uplinks[0])
        gap.journal.entries.clear()
        gap.fill.back()
        await until(lambda: not gap.status.pending)
    assert [json.loads(entry.body)["result"]["received_at"] for entry in gap.journal.entries] == [
        rfc3339(START + 9 * SECOND)
    ]


async def test_the_end_of_a_gap_is_asked_for_again_because_the_stack_stores_late(storage, sample, marked):
    async with Gap(storage, now=START + 10 * SECOND, state=marked, settle=0.05) as gap:
        gap.fill.back()
        await until(lambda: not gap.status.pending)
        assert not gap.journal.entries
        storage.uplinks = [uplink(sample, 7, START + 9 * SECOND)]
        await gap.journal.holds(1)
    assert gap.journal.counters == [7]


async def test_the_mark_moves_with_live_uplinks_and_stands_while_the_connection_is_away(storage, sample, marked):
    async with Gap(storage, now=START + 10 * SECOND, state=marked) as gap:
        gap.fill.back()
        await until(lambda: not gap.status.pending)
        await gap.come(uplink(sample, 1, START + 60 * SECOND))
        gap.fill.lost()
        assert gap.status.pending
        await gap.come(uplink(sample, 2, START + 500 * SECOND))
        storage.requests.clear()
        gap.now = START + 1000 * SECOND
        gap.fill.back()
        await until(lambda: not gap.status.pending)
        assert storage.requests[0]["after"] == rfc3339(START + 55 * SECOND)


async def test_a_connection_that_is_lost_and_back_during_a_fill_leaves_no_hole(storage, sample, marked):
    """The mark must not jump over the second gap with the first live uplink after it."""
    storage.failures = [503] * 3
    async with Gap(storage, now=START + 10 * SECOND, state=marked) as gap:
        gap.fill.back()
        await until(lambda: gap.status.failures)
        gap.fill.lost()
        gap.now = START + 900 * SECOND
        gap.fill.back()
        await gap.come(uplink(sample, 1, START + 901 * SECOND))
        storage.uplinks = [uplink(sample, 2, START + 500 * SECOND)]
        await gap.journal.holds(2)
        await until(lambda: not gap.status.pending)
    assert gap.status.filled == 1


async def test_a_restart_goes_on_where_the_mark_stands(storage, sample, marked):
    async with Gap(storage, now=START + 10 * SECOND, state=marked) as gap:
        gap.fill.back()
        await until(lambda: not gap.status.pending)
        await gap.come(uplink(sample, 1, START + 60 * SECOND))
    storage.uplinks = [uplink(sample, 2, START + 90 * SECOND)]
    async with Gap(storage, now=START + 100 * SECOND, state=marked) as gap:
        assert gap.status.since == START + 60 * SECOND
        gap.fill.back()
        await gap.journal.holds(1)
    assert gap.journal.counters == [2]


async def test_the_first_start_asks_for_the_overlap_alone(storage, tmp_path):
    async with Gap(storage, now=START, state=tmp_path / "tts.json") as gap:
        gap.fill.back()
        await until(lambda: not gap.status.pending)
    assert storage.requests[0]["after"] == rfc3339(START - 10 * SECOND)


async def test_a_state_file_that_is_broken_counts_by_its_age(storage, tmp_path):
    state = tmp_path / "tts.json"
    state.write_text("{")
    assert Mark(state).time == state.stat().st_mtime_ns


@pytest.mark.parametrize("style", ["plain", "sse"])
async def test_lines_come_plain_or_as_server_sent_events(storage, sample, marked, style):
    storage.style = style
    storage.uplinks = [uplink(sample, number, START + number * SECOND) for number in range(3)]
    async with Gap(storage, now=START + 10 * SECOND, state=marked) as gap:
        gap.fill.back()
        await until(lambda: not gap.status.pending)
    assert [entry.body for entry in gap.journal.entries] == [encode({"result": one}) for one in storage.uplinks]


@pytest.mark.shared
async def test_what_the_stack_itself_wrote_passes_whole(storage, marked, shared):
    recorded = [json.loads(line) for line in (shared / "data" / "tts" / "events.jsonl").read_text().splitlines()]
    bodies = [json.loads(one["payload"]) for one in recorded if one["topic"].endswith("/up")]
    storage.uplinks = sorted(
        (uplink(body, number, START + number * SECOND) for number, body in enumerate(bodies)),
        key=lambda one: one["received_at"],
    )
    assert len(bodies) > 3
    async with Gap(storage, now=START + 100 * SECOND, state=marked) as gap:
        await gap.come(storage.uplinks[1])
        gap.journal.entries.clear()
        gap.fill.back()
        await until(lambda: not gap.status.pending)
    assert gap.journal.counters == [0, *range(2, len(bodies))]


@pytest.mark.parametrize("failure", [500, 503, 429, (429, {"Retry-After": "0.01"}), 401, 404, "break", "error"])
async def test_a_failure_is_tried_again_and_nothing_is_lost_or_doubled(storage, sample, marked, failure):
    storage.uplinks = [uplink(sample, number, START + number * SECOND) for number in range(10)]
    storage.failures = [failure, failure]
    async with Gap(storage, now=START + 20 * SECOND, state=marked) as gap:
        gap.fill.back()
        await until(lambda: not gap.status.pending)
        assert gap.status.failures == 2
        assert not gap.status.last_error
    assert gap.journal.counters == list(range(10))


async def test_a_refusal_says_what_to_do_and_never_the_key(storage, marked):
    async with Gap(storage, now=START, state=marked, key="wrong-key-of-the-application") as gap:
        gap.fill.back()
        await until(lambda: gap.status.last_error)
        assert gap.status.last_error.startswith("storage of 'umwelt' at 127.0.0.1:")
        assert "API key is not accepted" in gap.status.last_error
        assert "wrong-key" not in gap.status.last_error


async def test_an_answer_in_the_wrong_order_is_noticed_instead_of_losing_the_older_half(storage, sample, marked):
    storage.uplinks = [uplink(sample, number, START + number * SECOND) for number in range(6)]
    storage.failures = ["order"]
    async with Gap(storage, now=START + 10 * SECOND, state=marked, limit=3) as gap:
        gap.fill.back()
        await until(lambda: not gap.status.pending)
        assert gap.status.failures == 1
    assert sorted(gap.journal.counters) == list(range(6))


async def test_uplinks_that_share_one_time_do_not_stop_the_paging(storage, sample, marked):
    storage.uplinks = [uplink(sample, number, START + (number // 3) * 1000) for number in range(9)]
    async with Gap(storage, now=START + 10 * SECOND, state=marked, limit=3) as gap:
        gap.fill.back()
        await until(lambda: not gap.status.pending)
    assert sorted(gap.journal.counters) == list(range(9))


async def test_lines_that_cannot_be_read_are_journalled_once_as_they_are(storage, sample, marked):
    storage.uplinks = [uplink(sample, 1, START + SECOND)]
    storage.extra = [b"{broken", b'{"result":{"received_at":7}}', b'{"result":null}', b"\xff", b"", b"event: end"]
    storage.failures = [503]
    async with Gap(storage, now=START + 10 * SECOND, state=marked, settle=0.01) as gap:
        gap.fill.back()
        await until(lambda: gap.status.pages >= 2)
    assert [entry.body for entry in gap.journal.entries[1:]] == storage.extra[:4]


async def test_a_line_without_end_is_refused(storage, marked):
    storage.extra = [b"x" * (3 << 20)]
    async with Gap(storage, now=START, state=marked) as gap:
        gap.fill.back()
        await until(lambda: gap.status.last_error)
        assert "a line of more than" in gap.status.last_error
    assert not gap.journal.entries


async def test_a_journal_that_takes_nothing_delays_the_fill_and_loses_nothing(storage, sample, marked):
    storage.uplinks = [uplink(sample, number, START + number * SECOND) for number in range(4)]
    async with Gap(storage, now=START + 10 * SECOND, state=marked) as gap:
        gap.journal.errors = [JournalUnavailableError("full", 0.001) for _ in range(3)]
        gap.fill.back()
        await until(lambda: not gap.status.pending)
    assert gap.journal.counters == list(range(4))


async def test_a_storage_that_is_not_there_is_waited_for(sample, marked):
    async with Storage() as gone:
        pass
    async with Gap(gone, now=START, state=marked) as gap:
        gap.fill.back()
        await until(lambda: gap.status.failures > 2)
        assert gap.status.pending


async def test_the_key_never_follows_a_redirect(storage):
    storage.failures = [(302, {"Location": "http://127.0.0.1:1/steal"})]
    settings = StorageSettings.model_validate(
        {"url": storage.url, "api_key": {"value": API_KEY}, "application": "umwelt"}
    )
    async with StorageApi(settings) as api:
        with pytest.raises(StorageError, match="answers 302"):
            [line async for line in api.lines(START, 1)]


@pytest.mark.parametrize("values", [{"url": "ftp://x"}, {"url": "nonsense"}, {"api_key": {}}])
def test_settings_that_cannot_work_are_refused(values):
    settings = {"url": "https://eu1.cloud.thethings.network", "api_key": {"value": "k"}, "application": "a", **values}
    with pytest.raises(ConfigError, match=r"storage\."):
        StorageApi(StorageSettings.model_validate(settings))


def test_the_memory_of_what_was_seen_is_bounded_and_forgets_the_oldest():
    seen = Seen(3)
    for number in (1, 2, 3, 1, 4):
        seen.add(number)
    assert [number for number in range(6) if number in seen] == [1, 3, 4]


@given(
    st.binary(max_size=60) | st.from_regex(r'\{"(uplink_message|received_at|end_device_ids)":.{0,20}\}').map(str.encode)
)
def test_no_live_message_disturbs_the_memory(body):
    seen = Seen()
    assert seen.add_live(body) is None or body


@given(st.integers(0, (1 << 63) - 1))
def test_times_read_back_as_they_were_written(time):
    assert nanoseconds(rfc3339(time)) == time


@given(st.text(max_size=40))
def test_no_text_makes_the_reading_of_times_raise(text):
    assert nanoseconds(text) is None or text
