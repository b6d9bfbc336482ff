"""Asks The Things Stack's storage integration for uplinks: one page of newline-delimited JSON.

    GET {url}/api/v3/as/applications/{application}/packages/storage/uplink_message?after=…&limit=…&order=received_at
    Accept: text/event-stream, Authorization: Bearer {API key}

A line is `{"result": {…}}` or `{"error": {…}}`; a line may be empty, a comment, or led by `data:` as server-sent events
are. Source: ApplicationUpStorage in the API of The Things Stack 3.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote, urlsplit

import msgspec

from gateway.config import ConfigError, StorageSettings
from gateway.model import SECOND_NS
from gateway.transports.mqtt_words import Patience
from gateway.transports.tts_seen import Up

if TYPE_CHECKING:
    import aiohttp

MAX_LINE = 1 << 20
CONNECT_WITHIN = 15.0
READ_WITHIN = 60.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FOR_GOOD = {
    401: "the API key is not accepted",
    403: "the API key lacks the right to read application traffic",
    404: "the application or its storage integration does not exist",
}


class StorageError(Exception):
    """The storage cannot be asked now; `retry_after` is in seconds where it said so."""

    def __init__(self, words: str, patience: Patience = Patience.SHORT, retry_after: float | None = None) -> None:
        super().__init__(words)
        self.patience, self.retry_after = patience, retry_after


class Line(msgspec.Struct, frozen=True):
    """One line of the answer, as far as it matters here."""

    result: Up | None = None
    error: Any = None


class StorageApi:
    """The storage of one application. Use as an asynchronous context manager."""

    def __init__(self, settings: StorageSettings, context: ssl.SSLContext | None = None) -> None:
        """Prepare; `context` is for a private authority, None means the system's.

        Raises:
            ConfigError: no API key, or an address that is none.
        """
        key = settings.api_key.read()
        if not key:
            raise ConfigError("storage.api_key: is missing")
        parts = urlsplit(settings.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigError(f"storage.url: {settings.url!r} is no http(s) address")
        self._url = (
            f"{settings.url.rstrip('/')}/api/v3/as/applications/{quote(settings.application, safe='')}"
            "/packages/storage/uplink_message"
        )
        self._where = f"storage of {settings.application!r} at {parts.netloc.rpartition('@')[2]}"
        self._headers = {"Authorization": f"Bearer {key}", "Accept": "text/event-stream"}
        self._context = context
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        import aiohttp  # noqa: PLC0415 - 0.2 s that a start without The Things Stack need not take

        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_WITHIN, sock_read=READ_WITHIN)
        self._session = aiohttp.ClientSession(headers=self._headers, timeout=timeout)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def lines(self, after: int, limit: int) -> AsyncGenerator[bytes]:
        """Lines of at most `limit` uplinks that the stack received after `after` (ns), oldest first.

        Raises:
            StorageError: no answer, a refusal, or the answer breaks off.
        """
        import aiohttp  # noqa: PLC0415 - see above

        assert self._session is not None
        query = {"after": rfc3339(after), "limit": str(limit), "order": "received_at"}
        try:
            async with self._session.get(
                self._url, params=query, allow_redirects=False, ssl=self._context or True
            ) as response:
                if response.status != 200:
                    raise self._refused(response)
                rest = b""
                async for chunk in response.content.iter_any():
                    *complete, rest = (rest + chunk).split(b"\n")
                    for raw in complete:
                        if line := _content(raw):
                            yield line
                    if len(rest) > MAX_LINE:
                        raise StorageError(f"{self._where}: a line of more than {MAX_LINE} bytes")
                if line := _content(rest):
                    yield line
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            words = str(error) or type(error).__name__
            raise StorageError(f"{self._where}: {words}") from error

    def _refused(self, response: aiohttp.ClientResponse) -> StorageError:
        status, headers = response.status, response.headers
        wait = next(
            (float(text) for name in _WAIT if (text := headers.get(name, "")) and _SECONDS.fullmatch(text)), None
        )
        words = _FOR_GOOD.get(status) or ("asked too often" if status == 429 else f"it answers {status}")
        patience = Patience.LONG if 300 <= status < 500 and status not in (408, 425, 429) else Patience.SHORT
        return StorageError(f"{self._where}: {words}", patience, wait)


_WAIT = ("Retry-After", "X-Rate-Limit-Retry")
_SECONDS = re.compile(r"\d{1,6}(\.\d+)?")


def rfc3339(ns: int) -> str:
    """Ns since the epoch as the API takes it."""
    seconds, fraction = divmod(max(0, ns), SECOND_NS)
    return f"{_EPOCH + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}.{fraction:09d}Z"


def _content(raw: bytes) -> bytes:
    """The JSON of a line; empty for blank lines, comments and other fields of server-sent events."""
    line = raw.strip()
    if line.startswith(b"data:"):
        return line[5:].strip()
    return b"" if line.startswith((b":", b"event:", b"id:", b"retry:")) else line
