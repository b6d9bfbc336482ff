"""Dead letters: what gave no observation where it should have, with its bytes and the reason, until somebody looks.

One SQLite file, `data_dir/deadletters.sqlite`, shared by all processes. A letter is keyed by journal offset and part,
so that writing the same again after a crash changes nothing but `last_at`. A replay that succeeds marks letters as
resolved. Letters whose reason is privacy are kept without body and without the query of an HTTP request.
"""

from gateway.deadletters.letter import DeadLetter, DeadLettersError, Filter
from gateway.deadletters.storage import DeadLetters

__all__ = ["DeadLetter", "DeadLetters", "DeadLettersError", "Filter"]
