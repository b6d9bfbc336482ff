"""A real `gateway run` in a process of its own, to be killed, limited and started again."""

from __future__ import annotations

import http.client
import json
import os
import resource
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from tests.flow.sources import TOKEN
from tests.servers.mosquitto import free_port


def wait_for(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Return as soon as `condition` holds; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)


@dataclass
class GatewayProcess:
    """`config` is the text of gateway.toml without data_dir and [http], which are set here."""

    folder: Path
    config: str
    environment: Mapping[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.configure()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def configure(self, data: Path | None = None) -> None:
        """Write gateway.toml; `data` is another process's data folder."""
        self.folder.mkdir(parents=True, exist_ok=True)
        text = f'data_dir = "{data or self.data}"\n{self.config}\n[http]\nport = {self.port}\n'
        self.path.write_text(text, encoding="utf-8")

    @property
    def path(self) -> Path:
        return self.folder / "gateway.toml"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "gateway", *arguments]

    def start(self, *, ready: bool = True) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command("run", "--config", str(self.path), *self.arguments),
                stdout=log,
                stderr=log,
                env={**os.environ, **self.environment},
            )
        if ready:
            self.wait_healthy()

    def wait_healthy(self) -> None:
        def healthy() -> bool:
            assert self.process is not None
            assert self.process.poll() is None, self.log
            return self.get("/healthz")[0] == 200

        wait_for(healthy, 30, "healthz")

    def get(self, path: str) -> tuple[int, Any]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as response:
                body = response.read()
                status = response.status
        except urllib.error.HTTPError as error:
            with error:
                body, status = error.read(), error.code
        except OSError:
            return 0, None
        try:
            return status, json.loads(body)
        except ValueError:
            return status, body.decode()

    def post(self, body: bytes | Mapping[str, object], *, token: str = TOKEN) -> int:
        """Send to the source of `sources.HTTP`; the status of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            connection.request("POST", "/ingest/nbiot", content, {"Authorization": f"Bearer {token}"})
            return connection.getresponse().status
        finally:
            connection.close()

    def take(self, *messages: Mapping[str, object]) -> None:
        """Send these; each must be taken."""
        for message in messages:
            assert self.post(message) == 204

    def metric(self, name: str) -> float:
        """Sum over all labels, 0 when it is not there."""
        status, text = self.get("/metrics")
        if status != 200:
            return 0.0
        lines = [line for line in text.splitlines() if line.startswith((f"{name} ", f"{name}{{"))]
        return sum(float(line.rpartition(" ")[2]) for line in lines)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self, within: float = 30) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(within)

    def limit_files(self, size: int) -> None:
        """No file may grow beyond `size` bytes: the disk is full, as far as the process can tell."""
        assert self.process is not None
        _, hard = resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (size, hard))

    def run_plain(self, *arguments: str) -> str:
        """A command that needs no configuration."""
        return subprocess.run(self.command(*arguments), capture_output=True, text=True, timeout=120, check=True).stdout

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Another command of the gateway on the same configuration."""
        result = subprocess.run(
            self.command(*arguments, "--config", str(self.path)),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert not check or result.returncode == 0, result.stdout + result.stderr
        return result
