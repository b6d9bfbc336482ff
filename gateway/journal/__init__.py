"""The durable journal: append-only, replayable, the only queue of the product.

async with SegmentedJournal(folder, settings) as journal:     # one writer
    await journal.append(messages)                            # on disk when it returns
with Consumer(folder, "store") as consumer:                   # any number of readers, in any process
    entries = consumer.read(consumer.committed, 2000)
    consumer.commit(entries[-1].offset)
"""

from gateway.journal.check import Report, check
from gateway.journal.consumer import Consumer
from gateway.journal.offsets import ConsumerOffsets, committed_offsets
from gateway.journal.reader import JournalReader, Lag
from gateway.journal.retention import Retained, enforce
from gateway.journal.segments import JournalDamagedError
from gateway.journal.stats import JournalStats
from gateway.journal.writer import SegmentedJournal

__all__ = [
    "Consumer",
    "ConsumerOffsets",
    "JournalDamagedError",
    "JournalReader",
    "JournalStats",
    "Lag",
    "Report",
    "Retained",
    "SegmentedJournal",
    "check",
    "committed_offsets",
    "enforce",
]
