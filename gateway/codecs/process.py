"""The gateway's end of the codec process: starts it, asks it, ends and replaces it when it does not answer."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from gateway.codecs.worker import MAX_MESSAGE

Item = tuple[bytes, int, int]
"""(payload, fPort, receive time in ms since 1970)."""
BATCH = 256
_FALLS = 3
_ROOT = Path(__file__).resolve().parents[2]


class CodecProcessError(Exception):
    """The process did not answer: it hangs, it died, or it cannot be started."""


class CodecRefusedError(Exception):
    """The source is no codec, in words."""


class CodecProcess:
    """One process for all codecs; calls are taken one at a time, from any thread."""

    def __init__(self, *, patience: float = 5.0, quarantine: float = 60.0) -> None:
        """Start nothing yet.

        Args:
            patience: s of wall clock for an answer; processor time is bounded in the process itself.
            quarantine: s for which a codec that brings the process down three times in a row is not run, then longer.
        """
        self._patience, self._quarantine = patience, quarantine
        self._lock = threading.Lock()
        self._child = _Child()
        weakref.finalize(self, self._child.stop)
        self._loaded: set[str] = set()
        self._falls: dict[str, int] = {}
        self._until: dict[str, float] = {}
        self.starts = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Of the running process."""
        return self._child.process.pid if self._child.process is not None else None

    def load(self, source: str) -> tuple[str, ...]:
        """What a codec offers; raises CodecRefusedError, CodecProcessError."""
        with self._lock:
            return tuple(self._load(_key(source), source))

    def run(self, source: str, items: Sequence[Item]) -> list[dict[str, Any]]:
        """Decode payloads with one codec, in order.

        A payload that the process does not survive gives an error of its own; the others are decoded all the same.
        """
        results: list[dict[str, Any]] = []
        with self._lock:
            for at in range(0, len(items), BATCH):
                results += self._batch(_key(source), source, items[at : at + BATCH])
        return results

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._stop()

    def _batch(self, key: str, source: str, items: Sequence[Item]) -> list[dict[str, Any]]:
        try:
            return self._attempt(key, source, items)
        except CodecRefusedError as error:
            return [_failed(str(error))] * len(items)
        except CodecProcessError as error:
            if len(items) == 1:
                return [_failed(str(error))]
        return [self._batch(key, source, [item])[0] for item in items]  # one is to blame; the others shall not suffer

    def _attempt(self, key: str, source: str, items: Sequence[Item]) -> list[dict[str, Any]]:
        if self._until.get(key, 0) > time.monotonic():
            raise CodecProcessError("the codec brought its process down again and again; it is not run for a while")
        try:
            if key not in self._loaded:
                self._load(key, source)
            answer = self._ask(["run", key, items], self._patience + 0.1 * len(items))
            if answer is None:
                self._load(key, source)
                answer = self._ask(["run", key, items], self._patience + 0.1 * len(items))
        except CodecProcessError:
            self._fell(key)
            raise
        if answer[0] != "ok":
            return [_failed(answer[1])] * len(items)
        self._falls.pop(key, None)
        found: list[dict[str, Any]] = answer[1]
        return found

    def _fell(self, key: str) -> None:
        falls = self._falls[key] = self._falls.get(key, 0) + 1
        if falls >= _FALLS:
            self._until[key] = time.monotonic() + self._quarantine * min(2 ** (falls - _FALLS), 60)

    def _load(self, key: str, source: str) -> list[str]:
        answer = self._ask(["load", key, source], self._patience + 10)
        if answer[0] != "ok":
            raise CodecRefusedError(answer[1])
        self._loaded.add(key)
        offers: list[str] = answer[1]
        return offers

    def _ask(self, message: Any, patience: float) -> Any:
        self._start()
        channel = self._child.socket
        assert channel is not None
        body = msgspec.msgpack.encode(message)
        deadline = time.monotonic() + patience
        try:
            channel.settimeout(patience)
            channel.sendall(len(body).to_bytes(4, "big") + body)
            size = int.from_bytes(_receive(channel, 4, deadline), "big")
            return msgspec.msgpack.decode(_receive(channel, size, deadline))
        except (OSError, EOFError, msgspec.MsgspecError) as error:
            self._stop()
            words = "did not answer in time" if isinstance(error, TimeoutError) else "ended"
            raise CodecProcessError(f"stopped: the codec process {words}") from error

    def _start(self) -> None:
        if not self._child.alive():
            self._stop()
            self._child.start()
            self.starts += 1

    def _stop(self) -> None:
        self._loaded.clear()
        self._child.stop()


class _Child:
    """The process and our end of its socket."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.socket: socket.socket | None = None

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        ours, theirs = socket.socketpair()
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gateway.codecs.worker"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={"PYTHONPATH": os.pathsep.join([str(_ROOT), *filter(None, sys.path)])},
                cwd="/",
            )
        except OSError as error:
            ours.close()
            raise CodecProcessError(f"the codec process cannot be started: {error.strerror}") from error
        finally:
            theirs.close()
        self.socket = ours

    def stop(self) -> None:
        if self.socket is not None:
            self.socket.close()
            self.socket = None
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def _receive(channel: socket.socket, size: int, deadline: float) -> bytes:
    if size > MAX_MESSAGE:
        raise EOFError
    parts = bytearray()
    while len(parts) < size:
        channel.settimeout(max(deadline - time.monotonic(), 0.001))
        part = channel.recv(min(size - len(parts), 1 << 20))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


@lru_cache(maxsize=128)
def _key(source: str) -> str:
    return hashlib.blake2b(source.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _failed(words: str) -> dict[str, Any]:
    return {"data": None, "normalized": None, "warnings": [], "errors": [words]}


Runs = Callable[[str, Sequence[Item]], list[dict[str, Any]]]
"""What `CodecProcess.run` is to those who only use it."""
