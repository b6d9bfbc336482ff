"""A server in a process of its own, to be ended, killed and started again by a test."""

from __future__ import annotations

import signal
import subprocess
from abc import ABC, abstractmethod
from dataclasses import dataclass


@dataclass(kw_only=True)
class ChildProcess(ABC):
    """`start` of the server fills `_process`; `stop` and `kill` empty it."""

    _process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def start(self) -> None:
        """Start and wait until it answers."""

    def stop(self) -> None:
        """End it as an operator does, in good order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once, as a crash does."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stop and start again, with the same port and what it has stored."""
        self.stop()
        self.start()

    def suspend(self) -> None:
        """Let it hang: connections stay open, nothing is answered until `resume`."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Go on after `suspend`."""
        assert self._process
        self._process.send_signal(signal.SIGCONT)

    def __exit__(self, *_: object) -> None:
        self.kill()

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.send_signal(how)
            self._process.wait(30)
            self._process = None
