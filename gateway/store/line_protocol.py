r"""InfluxDB 2 line protocol: one line for each observation.

    air_temperature,channel=probe,device=a84041000181c061 value=21.37,flag=1i 1732291200000000000
    |measurement    |tags, sorted                         |fields            |ns since 1970

Line protocol escapes comma, space and equals sign with a backslash, but has no way to write a line end, and a
backslash before one of those three or at the end of a name changes what is read. Such characters are therefore
percent-encoded (`%0A`, `%5C`; `%` itself is `%25`), as are all that InfluxDB can be told to refuse because they do
not print. So any name comes back as it went in, and ordinary names stand in the database as they are.

The prefix up to the fields is the same for every point of a series and is kept; what is left for each point is one
formatted string.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote

from gateway.model import Observation
from gateway.store.limits import MAX_KEY_BYTES

_ENCODED = frozenset("%\\\ufffd")
_TAG = str.maketrans({",": "\\,", " ": "\\ ", "=": "\\="})
_MEASUREMENT = str.maketrans({",": "\\,", " ": "\\ "})  # an equals sign is plain in a measurement


def encode_name(name: str) -> str:
    """The name as it stands in InfluxDB; raises ValueError for text that has no UTF-8 form."""
    if name.isprintable() and _ENCODED.isdisjoint(name):
        return name
    return "".join(c if c.isprintable() and c not in _ENCODED else _percent(c) for c in name)


def decode_name(name: str) -> str:
    """The opposite of `encode_name`; names of other writers come through when they hold no percent code."""
    return unquote(name, errors="replace") if "%" in name else name


def _percent(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode())


def measurement_name(quantity: str) -> str:
    """The quantity as a measurement's name: a line that began with # would be a comment."""
    name = encode_name(quantity)
    return f"%23{name[1:]}" if name.startswith("#") else name


def prefix(device: str, channel: str, quantity: str) -> str:
    """Measurement and tags of a series with the space that ends them.

    Raises:
        ValueError: a name is empty or no valid Unicode, or the whole is longer than InfluxDB's keys may be.
    """
    if not (device and quantity):
        raise ValueError("device and quantity must not be empty")
    tags = f"device={encode_name(device).translate(_TAG)}"
    if channel:
        tags = f"channel={encode_name(channel).translate(_TAG)},{tags}"
    key = f"{measurement_name(quantity).translate(_MEASUREMENT)},{tags}"
    if (size := len(key.encode())) > MAX_KEY_BYTES:
        raise ValueError(f"the series key has {size} bytes as InfluxDB writes it, {MAX_KEY_BYTES} are possible")
    return f"{key} "


class _Prefixes(dict[tuple[str, str, str], str]):
    """Prefix by (device, channel, quantity), computed at the first point of a series; bounded."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit

    def __missing__(self, series: tuple[str, str, str]) -> str:
        text = prefix(*series)
        if len(self) >= self._limit:
            self.clear()
        self[series] = text
        return text


class LineWriter:
    """Writes observations as lines and remembers the prefixes of up to `series` series (about 300 bytes each)."""

    def __init__(self, series: int = 100_000) -> None:
        self._prefixes = _Prefixes(series)

    def encode(self, observations: Iterable[Observation]) -> bytes:
        """One line for each observation, with every digit of its value.

        A missing value has the flag alone. Integers become floats, because the first point of a measurement
        fixes the type of its field.

        Raises:
            ValueError, OverflowError: an observation cannot be written; `limits.refusal` and `prefix` tell which.
        """
        prefixes = self._prefixes
        return "".join(
            [
                f"{prefixes[o.device, o.channel, o.quantity]}flag={o.flag}i {o.time}\n"
                if o.value is None
                else f"{prefixes[o.device, o.channel, o.quantity]}value={float(o.value)!r},flag={o.flag}i {o.time}\n"
                for o in observations
            ]
        ).encode()
