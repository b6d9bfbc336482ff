"""Event time: the ladder payload → network → our receive time, and the forms in which times arrive.

    payload     what the device says its reading is of
    network     what the network server says, while it is within bounds of our clock
    received    our own clock

A network's `time` may come from a gateway's GPS without any check: gateways boot in 1980 or 2012. So a claimed time
is held against two yardsticks, the network server's own clock (ChirpStack's nsTime) and our receive time, and gives
way to the better of them. All times are ns since 1970-01-01T00:00:00Z.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from gateway.config import PipelineSettings
from gateway.model import SECOND_NS, Reason, RejectedError, TimeSource

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CLOCK_SET_NS = 978_307_200 * SECOND_NS
"""2001-01-01: clocks that nobody has set start in 1970, 1980 or 2000."""

AGREE_NS = 60 * SECOND_NS
"""A network's time this near to our own clock needs no second witness."""

_MICROSECOND = timedelta(microseconds=1)
_parse = datetime.fromisoformat


class Bounds(msgspec.Struct, frozen=True):
    """How far a time may be from our clock, ns."""

    max_future: int
    max_past: int
    max_payload_past: int
    agree: int

    @classmethod
    def of(cls, settings: PipelineSettings) -> Bounds:
        """The bounds of a configuration (seconds there)."""
        max_future, max_past = round(settings.max_future * SECOND_NS), round(settings.max_past * SECOND_NS)
        return cls(
            max_future=max_future,
            max_past=max_past,
            max_payload_past=round(settings.max_payload_past * SECOND_NS),
            agree=min(AGREE_NS, max_future, max_past),
        )


When = tuple[int, TimeSource, bool]
"""An event time, the rung it was taken from, and whether a claimed time was refused on the way."""

_NETWORK, _PAYLOAD, _RECEIVED = TimeSource.NETWORK, TimeSource.PAYLOAD, TimeSource.RECEIVED


def network_time(claimed: int | None, server: int | None, received_at: int, bounds: Bounds) -> When:
    """The time of an uplink whose network server says when it was heard.

    Args:
        claimed: the network's time, which may be an unchecked gateway clock; None when absent.
        server: the network server's own clock when it received the uplink; None when it does not say.
        received_at: our clock.
        bounds: how far times may be apart.
    """
    max_future, max_past = bounds.max_future, bounds.max_past
    if claimed is not None and -bounds.agree <= claimed - received_at <= bounds.agree:
        return claimed, _NETWORK, False
    if server is not None and -max_past <= server - received_at <= max_future:
        if claimed is None:
            return server, _NETWORK, False
        if -max_past <= claimed - server <= max_future and -max_past <= claimed - received_at <= max_future:
            return claimed, _NETWORK, False
        return server, _NETWORK, True
    if claimed is None:
        return received_at, _RECEIVED, server is not None
    if -max_past <= claimed - received_at <= max_future:
        return claimed, _NETWORK, False
    return received_at, _RECEIVED, True


def payload_time(claimed: int | None, received_at: int, bounds: Bounds, *, several: bool = False) -> When:
    """The time of a message that says itself when it was measured.

    A clock that nobody has set, or that runs ahead, gives way to our receive time. An old time does not: a sensor that
    has been silent for months and still shows its last value must not become a new measurement.

    Args:
        claimed: the message's own time, None when it has none.
        received_at: our clock.
        bounds: how far times may be apart.
        several: the message has several samples; they cannot all have happened when it was received.

    Raises:
        RejectedError: TIME, when the time is out of bounds and our clock cannot stand in for it.
    """
    if claimed is None:
        return received_at, _RECEIVED, False
    age = received_at - claimed
    if -bounds.max_future <= age <= bounds.max_payload_past and claimed >= CLOCK_SET_NS:
        return claimed, _PAYLOAD, False
    if several:
        raise RejectedError(Reason.TIME, "one of several samples carries a time out of bounds")
    if age > bounds.max_payload_past and claimed >= CLOCK_SET_NS:
        days = age // (86400 * SECOND_NS)
        raise RejectedError(Reason.TIME, f"its own time is {days} days old: an old value, not a new measurement")
    return received_at, _RECEIVED, True


def rfc3339_ns(text: str) -> int:
    """An RFC 3339 time exactly, with any number of fraction digits (what is beyond ns is cut).

    Raises:
        ValueError: it is no such time, or names no zone.
    """
    try:
        span = _parse(text) - EPOCH
    except ValueError:
        span = _unusual(text) - EPOCH
    except TypeError:
        raise ValueError("a time without zone") from None
    ns = span // _MICROSECOND * 1000
    if len(text) > 27 and text[26].isdecimal() and text[19] == "." and text[20:27].isdecimal():
        digits = text[26:29]  # datetime keeps six digits of the fraction
        while not digits.isdecimal():
            digits = digits[:-1]
        ns += int(digits) * 10 ** (3 - len(digits))
    return ns


def _unusual(text: str) -> datetime:
    """What RFC 3339 allows and datetime does not: small letters, the leap second (taken as the second after :59)."""
    text = text.upper()
    leap = text[16:19] == ":60"
    try:
        moment = _parse(f"{text[:17]}59{text[19:]}" if leap else text) + timedelta(seconds=leap)
    except (ValueError, OverflowError):
        raise ValueError("no RFC 3339 time") from None
    if moment.tzinfo is None:
        raise ValueError("a time without zone")
    return moment
