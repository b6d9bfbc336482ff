"""Plain messages of NB-IoT, LTE-M, 5G and Wi-Fi devices: JSON, one scalar as text, CSV lines, form fields.

A declarative mapping (`PlainMapping`) says where device, time and values stand. What one item of a message gets wrong
is named in `problems` of an uplink beside it; only when nothing can be used the message is rejected.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from gateway.config import ConfigError, SourceBase
from gateway.envelopes.clock import Bounds, payload_time
from gateway.envelopes.gather import gather, shorten
from gateway.envelopes.plain_bodies import csv_rows, decode_text
from gateway.envelopes.plain_fields import Discover, Reader, Readers
from gateway.envelopes.plain_paths import ABSENT, compile_path, topic_selector, walk
from gateway.envelopes.plain_time import instant
from gateway.envelopes.text import MALFORMED, check_size, identifier, malformed
from gateway.model import Event, Measured, Nothing, Reason, Received, RejectedError, TimeSource, Uplink

MAX_ITEMS = 10_000
_RETAINED = Nothing("retained without a time of its own")


def parser(source: SourceBase, bounds: Bounds) -> Callable[[Received], Sequence[Event]]:
    """The envelope of a plain source: one message to an uplink for each of its items.

    The item (without the member that names the device) is also given as `decoded`, so that personal identifiers in it
    are found; nothing is decoded from it.

    Raises:
        ConfigError: a path or selector of the mapping cannot be understood, or the time zone is unknown.
        RejectedError (the returned function): ENVELOPE (malformed, nothing that is mapped in it), TIME.
    """
    message = _Message(source, bounds)

    def parse(received: Received) -> Sequence[Event]:
        check_size(received, "plain message")
        root = message.read(received)
        items = message.items(root)
        if not items:
            return (Nothing("no items"),)
        if len(items) == 1:
            return (message.uplink(received, root, items[0], several=False),)
        return gather(items, lambda item: message.uplink(received, root, item, several=True))

    return parse


class _Message:
    """A mapping, compiled."""

    def __init__(self, source: SourceBase, bounds: Bounds) -> None:
        mapping = source.mapping
        self._bounds, self._mapping = bounds, mapping
        self._items = compile_path(mapping.items)
        self._topic_device = topic_selector(mapping.device)
        self._device = () if self._topic_device else compile_path(mapping.device)
        if not self._topic_device and not self._device:
            raise ConfigError('mapping.device: give a path, "topic:N" or "query:NAME"')
        self._time = compile_path(mapping.time) if mapping.time is not None else None
        try:
            self._zone = ZoneInfo(mapping.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ConfigError(f"mapping.time_zone: {mapping.time_zone!r} is unknown") from error
        self._readers: Readers
        if mapping.fields:
            self._readers = [Reader(field, mapping) for field in mapping.fields]
        else:
            self._readers = [Discover(mapping, [path for path in (self._device, self._time) if path])]

    def read(self, received: Received) -> Any:
        """The body as a JSON-like value."""
        body = received.body
        columns = self._mapping.csv_columns
        if columns:
            return csv_rows(decode_text(body), columns, self._mapping.csv_delimiter, MAX_ITEMS)
        start = body.lstrip(b"\xef\xbb\xbf \t\r\n")
        if start[:1] in (b"{", b"["):
            try:
                return msgspec.json.decode(start)
            except MALFORMED as error:
                raise malformed("plain message", error) from None
        text = decode_text(body).strip()
        if received.content_type.startswith("application/x-www-form-urlencoded"):
            try:
                return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=1000))
            except ValueError:
                raise RejectedError(Reason.ENVELOPE, "plain message: more than 1000 form fields") from None
        if len(text) > 1000:
            raise RejectedError(Reason.ENVELOPE, "plain message: neither JSON nor a scalar")
        return text[1:-1] if text[:1] == '"' == text[-1:] and len(text) > 1 else text

    def items(self, root: Any) -> list[Any]:
        """The objects that are mapped alike."""
        found = walk(root, self._items)
        if found is ABSENT:
            raise RejectedError(Reason.ENVELOPE, f"plain message: {self._mapping.items!r} is not in it")
        items = found if isinstance(found, list) else [found]
        if len(items) > MAX_ITEMS:
            raise RejectedError(Reason.ENVELOPE, f"plain message: {len(items)} items are more than {MAX_ITEMS}")
        return items

    def uplink(self, received: Received, root: Any, item: Any, *, several: bool) -> Event:
        """One item."""
        columns = self._mapping.csv_columns
        if columns and not isinstance(item, dict):
            raise RejectedError(Reason.ENVELOPE, f"plain message: {len(item)} CSV cells instead of {len(columns)}")
        device = self._who(received, root, item)
        measured: list[Measured] = []
        problems: list[str] = []

        def when(value: Any) -> int:
            return instant(value, self._mapping.time_format, self._zone, received.received_at)

        for reader in self._readers:
            reader.read(item, received.topic, when, measured, problems)
        if not measured:
            detail = "; ".join(shorten(problems)) or "none of the mapped members is in it"
            raise RejectedError(Reason.ENVELOPE, f"plain message: {detail}", device)
        try:
            claimed = self._when(root, item, when)
            if claimed is None and all(m.time is not None for m in measured):
                claimed = max(m.time for m in measured if m.time is not None)
            time, source, rejected = payload_time(claimed, received.received_at, self._bounds, several=several)
        except ValueError as error:
            raise RejectedError(Reason.ENVELOPE, f"{self._mapping.time}: {error}", device) from None
        except RejectedError as error:
            raise RejectedError(error.reason, error.detail, device) from None
        if received.retained and source is TimeSource.RECEIVED:
            return _RETAINED
        return Uplink(
            device=device,
            time=time,
            time_source=source,
            measured=tuple(measured),
            decoded=self._rest(root, item),
            clock_rejected=rejected,
            problems=shorten(problems),
        )

    def _who(self, received: Received, root: Any, item: Any) -> str:
        found = self._topic_device(received.topic) if self._topic_device else walk(item, self._device)
        if found is ABSENT and root is not item:
            found = walk(root, self._device)
        try:
            if isinstance(found, bool) or not isinstance(found, str | int):
                raise ValueError("no usable device id")  # noqa: TRY004, TRY301 - one error for whatever stands there
            return identifier(str(found))
        except ValueError:
            raise RejectedError(Reason.ENVELOPE, f"plain message: no device id at {self._mapping.device!r}") from None

    def _when(self, root: Any, item: Any, when: Callable[[Any], int]) -> int | None:
        if self._time is None:
            return None
        found = walk(item, self._time)
        if found is ABSENT and root is not item:
            found = walk(root, self._time)
        return None if found is ABSENT or found is None else when(found)

    def _rest(self, root: Any, item: Any) -> Any:
        """The item and what stands around it, without the member that names the device."""
        if not isinstance(item, dict):
            return None
        rest = dict(item)
        if root is not item and isinstance(root, dict):
            rest = {key: value for key, value in root.items() if not self._items or key != self._items[0]} | rest
        if len(self._device) == 1 and isinstance(self._device[0], str):
            rest.pop(self._device[0], None)
        return rest
