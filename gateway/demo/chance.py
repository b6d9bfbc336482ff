"""Numbers that look random and are the same for everyone who asks: functions of a name and a step."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from math import cos, pi, sqrt


@lru_cache(maxsize=1 << 17)
def noise(name: str, step: int = 0) -> float:
    """A number in [-1, 1] that belongs to this name and step."""
    digest = blake2b(f"{name}:{step}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") / 0x7FFFFFFF - 1


def share(name: str, step: int = 0) -> float:
    """The same in [0, 1]."""
    return (noise(name, step) + 1) / 2


def smooth(name: str, t: float, period: float) -> float:
    """Noise in [-1, 1] that changes smoothly: cosine-interpolated between steps of `period` seconds."""
    step = int(t // period)
    part = (1 - cos(pi * (t / period - step))) / 2
    return noise(name, step) * (1 - part) + noise(name, step + 1) * part


def counted(mean: float, name: str, step: int) -> int:
    """How many come when `mean` are expected: scattered as a Poisson count is, by about the root of the mean."""
    return max(0, round(mean + sqrt(max(mean, 0.0)) * 1.7 * noise(name, step)))
