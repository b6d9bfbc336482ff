"""Which uplinks of The Things Stack have been journalled lately, and up to when nothing is missing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import structlog
from structlog.typing import FilteringBoundLogger

from gateway.model import SECOND_NS, Journal, Received

WRITE_EVERY_NS = 10 * SECOND_NS
SEEN = 50_000


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?(Z|[+-]\d\d:\d\d)", re.ASCII)


def nanoseconds(text: str) -> int | None:
    """Ns since the epoch of an RFC 3339 time; None when it is none."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    try:
        since = datetime.fromisoformat(match[1] + match[3].replace("Z", "+00:00")) - _EPOCH
    except (ValueError, OverflowError):
        return None
    return (since.days * 86400 + since.seconds) * SECOND_NS + int((match[2] or "").ljust(9, "0"))


class _Device(msgspec.Struct, frozen=True):
    device_id: str = ""


class _Uplink(msgspec.Struct, frozen=True):
    session_key_id: str = ""
    f_cnt: int = 0
    received_at: str = ""


class Up(msgspec.Struct, frozen=True):
    """What of an uplink's envelope tells it from others; all else is left undecoded."""

    end_device_ids: _Device = _Device()
    received_at: str = ""
    uplink_message: _Uplink | None = None


_live = msgspec.json.Decoder(Up)


def identity(up: Up) -> int:
    """A number that the same uplink has again, by MQTT and from the storage.

    Session key and counter alone would do, but for devices activated by personalisation, whose counter may start
    anew under the same key: the network server's time tells those apart.
    """
    uplink = up.uplink_message
    assert uplink is not None
    return hash((up.end_device_ids.device_id, uplink.session_key_id, uplink.f_cnt, uplink.received_at))


class Seen:
    """The last `size` uplinks, oldest forgotten first."""

    def __init__(self, size: int = SEEN) -> None:
        self._size = size
        self._order: dict[int, None] = {}

    def __contains__(self, number: int) -> bool:
        return number in self._order

    def add(self, number: int) -> None:
        """Remember."""
        self._order.pop(number, None)
        self._order[number] = None
        if len(self._order) > self._size:
            del self._order[next(iter(self._order))]

    def add_live(self, body: bytes) -> int | None:
        """Remember an uplink that came by MQTT; when (ns) the stack received it, None when it is no uplink."""
        try:
            up = _live.decode(body)
        except msgspec.DecodeError:
            return None
        if up.uplink_message is None:
            return None
        self.add(identity(up))
        return nanoseconds(up.received_at)


class Mark:
    """The time before which nothing is missing. It survives a restart in a small file.

    It is kept by the stack's clock (`received_at`, ns), because that is what the storage is asked by; a wrong clock on
    this side matters at the very first start alone. While connected it moves with what is journalled. From `lost` on
    it stands still, until `filled` says that the storage has been asked.
    """

    def __init__(self, path: Path | None, log: FilteringBoundLogger | None = None) -> None:
        self._path, self._written, self._standing = path, 0, True
        self._log = log or structlog.get_logger(__name__)
        self.time = self._load()

    @property
    def standing(self) -> bool:
        """Something may be missing after `time`."""
        return self._standing

    def lost(self) -> None:
        """From now on messages may be missed."""
        self._standing = True

    def moved(self, time: int) -> None:
        """An uplink that the stack received at this time is journalled."""
        if not self._standing and (self.time is None or time > self.time):
            self.time = time
            if time - self._written >= WRITE_EVERY_NS:
                self.save()

    def filled(self, time: int, *, open_gap: bool) -> None:
        """Nothing is missing before `time`; `open_gap`: the connection has been lost meanwhile."""
        self.time = max(time, self.time or 0)
        self._standing = open_gap
        self.save()

    def save(self) -> None:
        """Write the file; an older file only means that more is asked for again."""
        if self._path is None or self.time is None:
            return
        self._written = self.time
        fresh = self._path.with_suffix(".new")
        try:
            fresh.write_bytes(msgspec.json.encode({"complete_until_ns": self.time}))
            fresh.replace(self._path)
        except OSError as error:
            self._log.warning("the mark of the last message cannot be kept", file=str(self._path), error=str(error))

    def _load(self) -> int | None:
        if self._path is None:
            return None
        try:
            time = msgspec.json.decode(self._path.read_bytes(), type=dict[str, int])["complete_until_ns"]
        except FileNotFoundError:
            return None
        except (OSError, KeyError, msgspec.DecodeError) as error:
            self._log.warning("the mark of the last message is unreadable", file=str(self._path), error=str(error))
            with suppress(OSError):
                return self._path.stat().st_mtime_ns
            return None
        return time if time >= 0 else None


class LiveJournal:
    """The journal, as live messages see it: what is durable moves the mark and is remembered."""

    def __init__(self, journal: Journal, seen: Seen, mark: Mark) -> None:
        self._journal, self._seen, self._mark = journal, seen, mark

    async def append(self, messages: Sequence[Received]) -> int:
        """See `gateway.model.Journal`."""
        offset = await self._journal.append(messages)
        times = [self._seen.add_live(message.body) for message in messages if message.topic.endswith("/up")]
        if newest := max((time for time in times if time is not None), default=None):
            self._mark.moved(newest)
        return offset
