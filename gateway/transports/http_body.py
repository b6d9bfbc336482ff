"""Reads an HTTP body within its bounds: declared length, sent length, decompressed length, time, bytes held by all."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator
from typing import Self

from gateway.problems import Kind, ProblemError

_GZIP = 16 + zlib.MAX_WBITS


class Budget:
    """Bytes that all requests together may hold while they wait for the journal."""

    __slots__ = ("free",)

    def __init__(self, size: int) -> None:
        self.free = size

    def take(self, size: int) -> None:
        """Reserve; raises ProblemError 503 when nothing is left."""
        if size > self.free:
            raise ProblemError(
                Kind.UNAVAILABLE,
                "Zu viele Nachrichten warten auf das Journal.",
                "Too many messages are waiting for the journal.",
                retry_after=1,
            )
        self.free -= size


class Hold:
    """What one request has reserved of a budget; to be used as a context manager."""

    __slots__ = ("_budget", "size")

    def __init__(self, budget: Budget) -> None:
        self._budget, self.size = budget, 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._budget.free += self.size

    def add(self, size: int) -> None:
        """Reserve `size` bytes more."""
        self._budget.take(size)
        self.size += size


async def read_body(
    chunks: AsyncIterator[bytes], *, encoding: str, declared: str, limit: int, hold: Hold, seconds: float
) -> bytes:
    """The decoded body of at most `limit` bytes.

    Args:
        chunks: the body as it arrives.
        encoding: Content-Encoding: none, identity or gzip.
        declared: Content-Length, "" when there is none; it may lie.
        limit: bytes, for what is sent and for what it unpacks to.
        hold: the bytes are reserved here as they come.
        seconds: time from the first to the last byte.

    Raises:
        ProblemError: 400, 408, 413, 415 or 503.
    """
    encoding = encoding.strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise ProblemError(
            Kind.ENCODING,
            "Content-Encoding darf nur gzip oder identity sein.",
            "Content-Encoding may be gzip or identity only.",
            headers={"Accept-Encoding": "gzip, identity"},
        )
    if declared.isascii() and declared.isdigit() and (len(declared) > 18 or int(declared) > limit):
        raise _too_large(limit)
    parts: list[bytes] = []
    unpack = _Gunzip(limit) if encoding.endswith("gzip") else None
    sent = kept = 0
    try:
        async with asyncio.timeout(seconds):
            async for chunk in chunks:
                sent += len(chunk)
                if sent > limit:
                    raise _too_large(limit)
                piece = unpack.feed(chunk) if unpack else chunk
                hold.add(len(piece))
                kept += len(piece)
                parts.append(piece)
    except TimeoutError:
        raise ProblemError(
            Kind.TIMEOUT,
            f"Der Inhalt kam nicht innerhalb von {seconds:g} s.",
            f"The content did not arrive within {seconds:g} s.",
            headers={"Connection": "close"},
        ) from None
    if unpack:
        unpack.finish()
    if not kept:
        raise ProblemError(Kind.BAD_REQUEST, "Die Nachricht ist leer.", "The message is empty.")
    return b"".join(parts)


class _Gunzip:
    """Unpacks gzip members one after the other, `limit` bytes at most."""

    def __init__(self, limit: int) -> None:
        self._limit, self._left = limit, limit
        self._member: zlib._Decompress | None = None

    def feed(self, data: bytes) -> bytes:
        out: list[bytes] = []
        while data:
            if self._member is None or self._member.eof:
                self._member = zlib.decompressobj(_GZIP)
            try:
                piece = self._member.decompress(data, self._left + 1)
            except zlib.error:
                raise _not_gzip() from None
            self._left -= len(piece)
            if self._left < 0:
                raise _too_large(self._limit)
            out.append(piece)
            data = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
        return b"".join(out)

    def finish(self) -> None:
        if self._member is None or not self._member.eof:
            raise _not_gzip()


def _too_large(limit: int) -> ProblemError:
    return ProblemError(
        Kind.TOO_LARGE,
        f"Der Inhalt darf höchstens {limit} Byte haben, auch entpackt.",
        f"The content may have {limit} bytes at most, also when unpacked.",
        headers={"Connection": "close"},
    )


def _not_gzip() -> ProblemError:
    return ProblemError(
        Kind.BAD_REQUEST, "Der Inhalt ist kein vollständiges gzip.", "The content is not complete gzip."
    )
