"""A real InfluxDB 2 with its own port and folder, for any test that needs one."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from gateway.config import InfluxSettings, Secret
from tests.servers.child import ChildProcess
from tests.servers.mosquitto import free_port

ORG, TOKEN = "city", "token-of-the-test"


def find() -> str | None:
    """The binary: named by INFLUXD, on PATH, or where `.ci/build-influxd` keeps what it builds."""
    named = os.environ.get("INFLUXD") or shutil.which("influxd")
    if named:
        return named
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "quartier-gateway"
    return next((str(path) for path in sorted(cache.glob("influxd-v2*/influxd"), reverse=True)), None)


BINARY = find()


@dataclass
class Influxd(ChildProcess):
    """One server. `start`, `stop`, `kill` and `restart` keep port, folder and everything stored.

    Attributes:
        folder: data and log.
        options: further INFLUXD_* settings, without the prefix.
    """

    folder: Path
    options: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)

    def __enter__(self) -> Self:
        self.start()
        try:
            self.request(
                "POST",
                "/api/v2/setup",
                {"username": "test", "password": "test-test", "org": ORG, "bucket": "first", "token": TOKEN},
            )
        except BaseException:
            self.kill()
            raise
        return self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def settings(self, bucket: str, /, **changes: Any) -> InfluxSettings:
        """The gateway's settings for a bucket of this server."""
        values: dict[str, Any] = {
            "url": self.url,
            "org": ORG,
            "bucket": bucket,
            "token": Secret(value=TOKEN),
            "timeout": 10,
        }
        return InfluxSettings(**(values | changes))

    def bucket(self, keep_seconds: int = 0) -> str:
        """A new bucket; `keep_seconds` is its retention, 0 for ever."""
        name = f"bucket-{uuid4().hex}"
        rules = [{"type": "expire", "everySeconds": keep_seconds}] if keep_seconds else []
        self.request("POST", "/api/v2/buckets", {"orgID": self.org_id(), "name": name, "retentionRules": rules})
        return name

    def org_id(self) -> str:
        """The id of ORG."""
        return str(self.request("GET", f"/api/v2/orgs?org={ORG}")["orgs"][0]["id"])

    def write(self, bucket: str, lines: str) -> None:
        """Lines written past the gateway."""
        self.request("POST", f"/api/v2/write?org={ORG}&bucket={bucket}&precision=ns", lines.encode())

    def request(self, method: str, path: str, body: object = None) -> Any:
        """One request with the all-access token; raises AssertionError unless it succeeds."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
            connection.request(method, path, data, {"Authorization": f"Token {TOKEN}"})
            response = connection.getresponse()
            text = response.read()
            assert response.status < 300, (method, path, response.status, text)
            return json.loads(text) if text.strip() else None
        finally:
            connection.close()

    def start(self) -> None:
        """Start and wait until it answers."""
        assert BINARY is not None
        assert self._process is None
        self.folder.mkdir(parents=True, exist_ok=True)
        settings = {
            "BOLT_PATH": str(self.folder / "bolt"),
            "SQLITE_PATH": str(self.folder / "sqlite"),
            "ENGINE_PATH": str(self.folder / "engine"),
            "HTTP_BIND_ADDRESS": f"127.0.0.1:{self.port}",
            "REPORTING_DISABLED": "true",
        } | dict(self.options)
        environment = os.environ | {f"INFLUXD_{name}": value for name, value in settings.items()}
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen([BINARY], env=environment, stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert self._process.poll() is None, self.log[-3000:]
            with suppress(OSError, AssertionError, http.client.HTTPException):
                if self.request("GET", "/health")["status"] == "pass":
                    return
            time.sleep(0.02)
        self.kill()
        raise AssertionError(f"influxd does not answer: {self.log[-3000:]}")
