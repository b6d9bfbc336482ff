"""A real Mosquitto with its own configuration, port and folder, for any test that needs a broker."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import trustme

from tests.servers.child import ChildProcess

BINARY = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
DYNAMIC_SECURITY = next((p for p in Path("/usr/lib").glob("**/mosquitto_dynamic_security.so") if p.is_file()), None)


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Authority:
    """A certificate authority of the test with files for broker and client in its folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._ca = trustme.CA()
        self.ca = folder / "ca.pem"
        self._ca.cert_pem.write_to_path(str(self.ca))

    def issue(self, name: str, *identities: str) -> tuple[Path, Path]:
        """Certificate and key files `NAME.pem`, `NAME.key`; issued again under the same name they are replaced."""
        leaf = self._ca.issue_cert(*identities, common_name=name)
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        for path, content in (
            (certificate, b"".join(blob.bytes() for blob in leaf.cert_chain_pems)),
            (key, leaf.private_key_pem.bytes()),
        ):
            new = path.with_suffix(path.suffix + ".new")
            new.write_bytes(content)
            new.replace(path)
        return certificate, key


@dataclass
class Mosquitto(ChildProcess):
    """One broker. `start`, `stop`, `kill` and `restart` keep port, folder and (but for `kill`) stored state.

    Attributes:
        folder: configuration, log, persistence.
        users: name → password; empty means that anybody may connect.
        authority: TLS with a certificate of this authority, and a client certificate is required.
        options: further lines of mosquitto.conf.
    """

    folder: Path
    users: Mapping[str, str] = field(default_factory=dict)
    authority: Authority | None = None
    options: tuple[str, ...] = ()
    address: str = "127.0.0.1"
    port: int = field(default_factory=free_port)

    def __enter__(self) -> Self:
        self.start()
        return self

    @property
    def log(self) -> str:
        """What the broker has logged so far."""
        return (self.folder / "mosquitto.log").read_text(encoding="utf-8", errors="replace")

    def start(self, within: float = 10.0) -> None:
        """Start and wait until it listens."""
        assert BINARY, "no mosquitto on this machine"
        self.folder.mkdir(parents=True, exist_ok=True)
        configuration = self.folder / "mosquitto.conf"
        configuration.write_text(self._configuration(), encoding="utf-8")
        configuration.chmod(0o600)
        self._process = subprocess.Popen(
            [BINARY, "-c", str(configuration)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + within
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"mosquitto does not start:\n{self.log}")
            time.sleep(0.005)

    def _configuration(self) -> str:
        lines = [
            f"listener {self.port} {self.address}",
            "persistence true",
            f"persistence_location {self.folder}/",
            "max_queued_messages 0",
            "max_inflight_messages 1000",
            "set_tcp_nodelay true",
            f"log_dest file {self.folder}/mosquitto.log",
            "log_type all",
            f"allow_anonymous {'false' if self.users else 'true'}",
        ]
        if os.geteuid() == 0:
            lines.append("user root")
        if self.users:
            passwords = self.folder / "passwords"
            passwords.write_text("".join(f"{name}:{password}\n" for name, password in self.users.items()))
            subprocess.run(["mosquitto_passwd", "-U", str(passwords)], check=True, capture_output=True)
            lines.append(f"password_file {passwords}")
        if self.authority:
            certificate, key = self.authority.issue("broker", "127.0.0.1", "localhost")
            lines += [
                f"cafile {self.authority.ca}",
                f"certfile {certificate}",
                f"keyfile {key}",
                "require_certificate true",
            ]
        return "\n".join((*lines, *self.options)) + "\n"
