"""What can be said to a device: at least how often it shall report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from decoders.kit.readings import DecodeError, EncodeError


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """The downlink that sets the reporting interval of a family of devices.

    Attributes:
        port: fPort of the downlink.
        least: s; shorter intervals are refused.
        most: s, as far as the device counts.
        write: s → payload.
        read: payload → s, None when it is no such downlink.
        step: s; the interval must be a multiple of it.
        note: what else the device makes of it.
        source: where the layout is known from.
    """

    port: int
    least: int
    most: int
    write: Callable[[int], bytes]
    read: Callable[[bytes], int | None]
    source: str
    step: int = 1
    note: str = ""

    def encode(self, seconds: int) -> bytes:
        """The payload; raises EncodeError when the device cannot be told this interval."""
        if not self.least <= seconds <= self.most or seconds % self.step:
            every = f" in steps of {self.step} s" if self.step > 1 else ""
            raise EncodeError(f"an interval of {seconds} s: {self.least} to {self.most} s can be set{every}")
        return self.write(seconds)

    def decode(self, payload: bytes) -> int:
        """The interval that a payload sets, s; raises DecodeError."""
        seconds = self.read(payload)
        if seconds is None:
            raise DecodeError("header", "this downlink does not set the reporting interval")
        return seconds
