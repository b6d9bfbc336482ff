"""The HTTP server under our own structure of tasks and signals."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from gateway.config import ConfigError, HttpSettings


class _Server(uvicorn.Server):
    """Leaves the signals to the service, which stops its parts in order."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def bind(settings: HttpSettings) -> socket.socket:
    """Listen; raises ConfigError when address or port cannot be had."""
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        return socket.create_server((settings.host, settings.port), family=family, backlog=512)
    except OSError as error:
        raise ConfigError(f"http: cannot listen on {settings.host}:{settings.port}: {error.strerror}") from error


class WebServer:
    """Serves an application on a bound socket until it is told to stop."""

    def __init__(self, app: FastAPI, settings: HttpSettings, sock: socket.socket) -> None:
        """Certificate and key files make it HTTPS."""
        self._sock = sock
        self._server = _Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                lifespan="off",
                limit_concurrency=1000,
                timeout_keep_alive=30,
                timeout_graceful_shutdown=10,
                ssl_certfile=settings.certificate,
                ssl_keyfile=settings.key,
            )
        )

    async def run(self) -> None:
        """Serve until `stop`; requests under way are answered."""
        await self._server.serve(sockets=[self._sock])

    def stop(self) -> None:
        """Take no more connections."""
        self._server.should_exit = True

    @property
    def started(self) -> bool:
        """Whether connections are taken."""
        return bool(self._server.started)
