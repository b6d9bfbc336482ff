"""Tell systemd that the service is ready, stopping and alive (sd_notify(3)); silent where systemd is not there."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable


def notify(message: str) -> None:
    """Send one state ("READY=1", "STOPPING=1", "WATCHDOG=1") to the socket that systemd named."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
        sock.sendto(message.encode(), address)


async def watchdog(alive: Callable[[], bool]) -> None:
    """Feed the watchdog at half its period as long as `alive` says so; returns at once when there is none."""
    period = int(os.environ.get("WATCHDOG_USEC", "0")) / 1_000_000
    if not period:
        return
    while True:
        if alive():
            notify("WATCHDOG=1")
        await asyncio.sleep(period / 2)
