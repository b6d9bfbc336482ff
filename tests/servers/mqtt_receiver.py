"""A process to be killed: receives from a broker into a file, one body per line, synced before it acknowledges.

usage: python -m tests.servers.mqtt_receiver PORT QOS FILE
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import uvloop

from gateway.model import Received
from gateway.transports.mqtt import Mqtt5Client
from tests.unit.transports.mqtt_doubles import mqtt_settings


class FileJournal:
    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)

    async def append(self, messages: Sequence[Received]) -> int:
        await asyncio.to_thread(self._write, b"".join(message.body + b"\n" for message in messages))
        return 0

    def _write(self, lines: bytes) -> None:
        self._file.write(lines)
        os.fsync(self._file.fileno())


if __name__ == "__main__":
    port, qos, path = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    settings = mqtt_settings(port, qos=qos, receive_maximum=50)
    uvloop.run(Mqtt5Client("broker", settings, FileJournal(path)).run())
