"""Any sequence of appends, reads, commits, clock changes, restarts and retention agrees with a plain list."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gateway.config import JournalSettings
from gateway.journal import Consumer, ConsumerOffsets, JournalReader, SegmentedJournal, check, enforce
from gateway.model import SECOND_NS, Entry, Received

DAY = 86400 * SECOND_NS
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""What is durable on disk is for other tests; here the sequences count, and memory is quick."""
NAMES = st.sampled_from(["store", "second"])


class JournalMachine(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp(dir=MEMORY)) / "journal"
        self.now = 20_000 * DAY + DAY // 2
        self.written: list[Entry] = []
        self.gone = 0
        self.committed: dict[str, int] = {}
        self.consumers: dict[str, Consumer] = {}
        self.reader = JournalReader(self.folder)

    @initialize()
    def start(self):
        self.journal = SegmentedJournal(self.folder, JournalSettings(max_batch=5), lambda: self.now)
        self.runner.run(self.journal.__aenter__())

    def teardown(self):
        for consumer in self.consumers.values():
            consumer.__exit__()
        self.reader.close()
        self.sound()
        self.runner.run(self.journal.__aexit__())
        self.runner.close()
        shutil.rmtree(self.folder.parent)

    @property
    def there(self):
        return self.written[self.gone :]

    @rule(sizes=st.lists(st.integers(1, 4), min_size=1, max_size=6), body=st.binary(max_size=50))
    def append(self, sizes, body):
        batches = []
        for size in sizes:
            begin = len(self.written)
            batch = [Received("s", f"t/{begin + place}", body, self.now + place) for place in range(size)]
            self.written += [Entry(begin + 1 + place, message) for place, message in enumerate(batch)]
            batches.append((begin + size, batch))

        async def append_all():
            return await asyncio.gather(*(self.journal.append(batch) for _, batch in batches))

        assert self.runner.run(append_all()) == [last for last, _ in batches]

    @rule(back=st.integers(0, 30), limit=st.integers(1, 20), max_bytes=st.integers(1, 500))
    def read(self, back, limit, max_bytes):
        after = max(0, len(self.written) - back)
        entries = self.reader.read(after, limit, max_bytes)
        expected = [entry for entry in self.there if entry.offset > after]
        assert entries == expected[: len(entries)]
        assert len(entries) <= limit
        assert bool(entries) == bool(expected)

    @rule(start=st.integers(-2, 1), length=st.integers(1, 2), needle=st.none() | st.integers(0, 20))
    def read_by_time(self, start, length, needle):
        start = self.now + start * DAY
        stop = start + length * DAY // 2 + 1
        containing = [] if needle is None else [f"T/{needle}"]
        found = [entry for some in self.reader.between(start, stop, containing=containing, limit=3) for entry in some]
        assert found == [
            entry
            for entry in self.there
            if start <= entry.received.received_at < stop and (needle is None or f"t/{needle}" in entry.received.topic)
        ]

    @rule(name=NAMES, limit=st.integers(1, 30))
    def consume(self, name, limit):
        if name not in self.consumers:
            self.consumers[name] = Consumer(self.folder, name, journal=self.journal, clock=lambda: self.now)
            self.consumers[name].__enter__()
            assert self.consumers[name].committed == self.committed.setdefault(name, 0)
        consumer = self.consumers[name]
        expected = [entry for entry in self.there if entry.offset > consumer.committed]
        assert consumer.lag().offsets == len(expected)
        if expected:
            self.runner.run(consumer.wait(consumer.committed))
            entries = consumer.read(consumer.committed, limit)
            assert entries == expected[: len(entries)]
            assert entries
            consumer.commit(entries[-1].offset)
            self.committed[name] = entries[-1].offset

    @precondition(lambda self: self.committed)
    @rule(name=NAMES)
    def forget(self, name):
        if name in self.consumers:
            self.consumers.pop(name).__exit__()
        with ConsumerOffsets(self.folder) as offsets:
            assert offsets.forget(name) == (self.committed.pop(name, None) is not None)

    @rule(days=st.sampled_from([1, 0, 2, -1, -2, 400, -400]), seconds=st.sampled_from([0, 1, -1, 40_000, -40_000]))
    def change_the_clock(self, days, seconds):
        self.now += days * DAY + seconds * SECOND_NS

    @rule()
    def restart(self):
        for consumer in self.consumers.values():
            consumer.__exit__()
        self.consumers.clear()
        self.runner.run(self.journal.__aexit__())
        self.sound()
        self.start()

    @rule(days=st.none() | st.integers(1, 5), size=st.sampled_from([1, 100_000, None]))
    def retain(self, days, size):
        limits = JournalSettings(retention_days=days, retention_bytes=size)
        done = enforce(self.folder, limits, self.now)
        first = check(self.folder).first
        gone = first - 1 if first else len(self.written)
        assert gone >= self.gone
        assert gone == self.gone or done.removed
        assert gone <= min(self.committed.values(), default=len(self.written)), "a consumer still needs it"
        if size is not None and done.kept_bytes > size:
            assert done.held_by or done.kept == 1
        self.gone = gone

    @invariant()
    def head(self):
        assert self.journal.head == self.reader.head() == len(self.written)
        assert self.journal.stats().pending_messages == 0

    def sound(self):
        report = check(self.folder, thorough=True)
        assert report.problems == ()
        assert report.entries == len(self.there)


JournalMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40)


class TestJournal(JournalMachine.TestCase):
    pass
