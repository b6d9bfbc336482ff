"""Rate limit of one client: a token bucket."""

from __future__ import annotations


class TokenBucket:
    """Lets `burst` messages through at once and `rate` per second in the long run; times in seconds, monotonic."""

    __slots__ = ("_at", "_burst", "_level", "_rate")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate, self._burst = rate, burst
        self._level, self._at = burst, now

    def take(self, now: float) -> float:
        """Take one token: 0.0 when there was one, else the seconds until there will be one (none is taken then)."""
        self._level = min(self._burst, self._level + max(0.0, now - self._at) * self._rate)
        self._at = now
        if self._level >= 1:
            self._level -= 1
            return 0.0
        return (1 - self._level) / self._rate
