"""Keyset paging: a page begins after the last row of the one before, so rows that arrive meanwhile move nothing."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from hashlib import sha256
from typing import Annotated

import msgspec

from gateway.api.parameters import ParameterError
from gateway.model import Observation, Store

Key = tuple[int, str, str]
"""(time, channel, quantity): the order of a device's observations."""

_SAME_TIME = 32
"""Rows of one time that are fetched in advance beyond the page: channels and quantities of one uplink."""

_MAX_CURSOR = 1000


class _Cursor(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    query: str
    time: Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]
    channel: str
    quantity: str


_decoder = msgspec.json.Decoder(_Cursor)


def key(row: Observation) -> Key:
    """Where a row stands in the order."""
    return row.time, row.channel, row.quantity


def query_id(*parts: object) -> str:
    """A short name of a query, by which its cursors are told from those of another."""
    return sha256(repr(parts).encode()).hexdigest()[:16]


def encode_cursor(query: str, after: Key) -> str:
    """The opaque text that continues `query` after a row."""
    raw = msgspec.json.encode(_Cursor(query, *after))
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def decode_cursor(query: str, text: str) -> Key:
    """The row to continue after; raises ParameterError when the cursor is broken or of another query."""
    try:
        if len(text) > _MAX_CURSOR:
            raise ValueError  # noqa: TRY301 - one except speaks for all ways to be broken
        cursor = _decoder.decode(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, msgspec.DecodeError):
        raise ParameterError(
            "Kein Cursor dieser Schnittstelle; bitte unverändert aus next übernehmen.",
            "No cursor of this interface; please take it from next as it is.",
        ) from None
    if cursor.query != query:
        raise ParameterError("Der Cursor gehört zu einer anderen Abfrage.", "The cursor belongs to another query.")
    return cursor.time, cursor.channel, cursor.quantity


def fetch_page(
    store: Store, device: str, quantity: str | None, start: int, stop: int, limit: int, after: Key | None
) -> tuple[Sequence[Observation], bool]:
    """`limit` rows of `[start, stop)` that come after a row, and whether more follow. Blocks."""
    begin = start if after is None else max(start, after[0])
    want = limit + 1 if after is None else limit + 1 + _SAME_TIME
    while True:
        rows = store.observations(device, quantity, begin, stop, limit=want)
        kept = rows if after is None else [row for row in rows if key(row) > after]
        if len(kept) > limit or len(rows) < want:
            return kept[:limit], len(kept) > limit
        want *= 2
