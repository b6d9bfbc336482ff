"""Messages for whole-process tests: good ones that can be told apart, and poison."""

from __future__ import annotations

import random
import struct
import time
from dataclasses import dataclass

from gateway.demo.wrap import chirpstack

INTERVAL = 60
TAGS = {"decoder": "dragino-lht65n"}


@dataclass(frozen=True)
class Fleet:
    """`devices` times `count` uplinks, one a minute for each device, all within the last days."""

    devices: int
    count: int
    start: int

    @classmethod
    def of(cls, messages: int, devices: int = 100) -> Fleet:
        count = messages // devices
        return cls(devices, count, int(time.time()) - count * INTERVAL)

    def device(self, number: int) -> str:
        return f"a84041{number:010x}"

    def message(self, number: int) -> tuple[str, bytes]:
        """The n-th message of all, round robin over the devices."""
        index, device = divmod(number, self.devices)
        payload = struct.pack(">HhHBhH", 3000, index % 4000 - 1000, number % 1000, 0, 0, 0)
        at = self.start + index * INTERVAL
        return chirpstack(self.device(device), "LHT65N", payload, 2, at, index, TAGS)

    def expected(self) -> dict[tuple[str, int], float]:
        """(device, ns) → air temperature, for every good message."""
        return {
            (self.device(number % self.devices), (self.start + number // self.devices * INTERVAL) * 10**9): (
                (number // self.devices) % 4000 - 1000
            )
            / 100
            for number in range(self.devices * self.count)
        }


def poison(number: int, good: tuple[str, bytes]) -> tuple[str, bytes]:
    """A broken message of one of eight kinds; its bytes hold its number, so that each can be found again."""
    topic, body = good
    mark = f'"deduplicationId":"poison-{number}"'.encode()
    marked = body.replace(b'"adr":true', mark, 1)
    kinds = (
        marked[: len(marked) // 2],  # broken JSON
        marked.replace(b'"data":"', b'"data":"*not base64*', 1),
        marked.replace(b'"fPort":2', b'"fPort":"two"', 1),  # wrong type
        marked.replace(b'"fCnt":', b'"fCnt":NaN,"x":', 1),
        b"\x00" * 20 + mark,
        b'{"deviceInfo":' * 20_000 + mark,  # 300 kB and deep
        b"[" * 5000 + mark,
        random.Random(number).randbytes(200) + mark,
    )
    return topic, kinds[number % len(kinds)]
