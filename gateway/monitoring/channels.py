"""What a way to tell people must offer; webhook and mail do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from gateway.monitoring.digest import News
from gateway.monitoring.storage import Message


class DeliveryError(Exception):
    """A message could not be delivered; it is tried again. `retry_after`: seconds the receiver asked for.

    The words name neither addresses nor secrets.
    """

    def __init__(self, detail: str, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Channel(Protocol):
    """A way to tell people."""

    @property
    def name(self) -> str:
        """In the store and in metrics; it stays the same."""

    def compose(self, id_: str, news: News, names: Mapping[str, str], at: int) -> bytes:
        """The message as it is kept and sent. `id_` is its own for ever; `names` are those of all watched devices."""

    async def deliver(self, message: Message) -> None:
        """Hand it over; raises DeliveryError. Ends within a bounded time."""

    async def probe(self) -> str:
        """For `gateway check`: reach it as far as that goes without disturbing anybody; raises DeliveryError."""


class TextChannel(Channel, Protocol):
    """A channel that also takes notices which are no faults of devices; webhook and mail do."""

    def compose_text(self, id_: str, headline: str, text: str, data: Sequence[Mapping[str, Any]], at: int) -> bytes:
        """The message as it is kept and sent.

        Args:
            id_: its own for ever.
            headline: one line.
            text: all of it for people.
            data: the same for programs.
            at: ns.
        """
