"""What envelopes share about text from outside: names, identifiers, places, and the words for malformed bodies."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from gateway.model import Reason, Received, RejectedError

MAX_BODY = 4 << 20
"""Bytes. Larger bodies are refused unread: no sensor sends them."""

MALFORMED = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises for bytes that are not the JSON it was told to expect."""

Place = tuple[float, float, float | None]


def malformed(what: str, error: Exception, device: str = "") -> RejectedError:
    """The rejection for a body that `MALFORMED` was raised for; says where, never which value."""
    if isinstance(error, RecursionError):
        why = "nested too deep"
    elif isinstance(error, UnicodeDecodeError):
        why = "text is not UTF-8"
    else:
        why = str(error)
    return RejectedError(Reason.ENVELOPE, f"{what}: {why}", device)


def check_size(received: Received, what: str) -> None:
    """Refuse an empty or an oversized body."""
    size = len(received.body)
    if not size:
        raise RejectedError(Reason.ENVELOPE, f"{what}: the body is empty")
    if size > MAX_BODY:
        raise RejectedError(Reason.ENVELOPE, f"{what}: {size} bytes are more than the {MAX_BODY} a body may have")


def clean(text: str) -> str:
    """A display name without control characters (NUL, line ends, direction marks), 200 characters at most."""
    text = text[:200]
    return text if text.isprintable() else "".join(c for c in text if c.isprintable())


def identifier(text: str) -> str:
    """A device id from outside: 1 to 200 printable characters without blanks around them; raises ValueError."""
    text = text.strip()
    if not text or len(text) > 200 or not text.isprintable():
        raise ValueError("no usable device id")
    return text


def is_eui(text: str) -> bool:
    """Whether this is an EUI-64: exactly 16 hex digits."""
    try:
        return len(text) == 16 and len(bytes.fromhex(text)) == 8
    except ValueError:
        return False


@lru_cache(8192)
def place(latitude: str | float, longitude: str | float, altitude: str | float | None = None) -> Place | None:
    """A position in degrees WGS 84 and m, from numbers or text; None when it is none (or 0, 0: never set)."""
    lat, lon = _degrees(latitude), _degrees(longitude)
    if lat is None or lon is None or not (-90 <= lat <= 90 and -180 <= lon <= 180) or (lat == 0 and lon == 0):
        return None
    height = None if altitude is None else _degrees(altitude)
    return lat, lon, height if height is not None and -500 <= height <= 9000 else None


def _degrees(value: str | float) -> float | None:
    try:
        return float(value.replace(",", ".") if isinstance(value, str) else value)
    except ValueError:
        return None
