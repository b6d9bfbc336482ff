"""A PostgreSQL cluster of a test's own, reached by a socket in its folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

BIN = next(
    (p.parent for p in [*sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)]),
    Path(found).parent if (found := shutil.which("initdb")) else None,
)


class Postgres:
    """Starts on entering, is gone on leaving. As root the server runs as the user postgres, for it refuses root."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self.as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self.as_user:
            shutil.chown(self.folder, "postgres")

    @property
    def url(self) -> str:
        """SQLAlchemy URL of the database."""
        user = "postgres"
        return f"postgresql://{user}@/postgres?host={self.folder}"

    def _run(self, *command: str) -> None:
        assert BIN is not None
        subprocess.run(
            [*self.as_user, str(BIN / command[0]), *command[1:]],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder,
        )  # fmt: skip

    def __enter__(self) -> Self:
        data = str(self.folder / "data")
        self._run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c fsync=off"
        self._run("pg_ctl", "-D", data, "-w", "-l", str(self.folder / "log"), "-o", options, "start")
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)
