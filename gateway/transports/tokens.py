"""Who may post: one token for a source, or one for each of its devices.

A token travels as `Authorization: Bearer …`, as the password of `Authorization: Basic …`, or as `X-Api-Key`. What is
compared are SHA-256 digests, in constant time, and an unknown source or device is compared as well, with a digest that
nothing has: neither the answer nor its duration tells which of the two was wrong.

The file of device tokens holds a line `device-id sha256-hex` for each device (several lines while a token is being
exchanged), `#` begins a comment. `printf %s TOKEN | sha256sum` makes the digest. The file is read again when it
changes; where it has become unreadable the last good state holds.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from secrets import token_bytes

import structlog

from gateway.config import ConfigError, HttpSource

MIN_TOKEN_LENGTH = 16
_DIGEST = re.compile(r"[0-9a-fA-F]{64}")
_NOTHING = (sha256(token_bytes(32)).digest(),)
_log = structlog.get_logger(__name__)


def presented(headers: Mapping[str, str]) -> str | None:
    """The token that a request carries (header names in lower case), or None."""
    scheme, _, rest = headers.get("authorization", "").partition(" ")
    rest = rest.strip()
    if scheme.lower() == "bearer" and rest:
        return rest
    if scheme.lower() == "basic" and rest:
        try:
            _user, colon, password = base64.b64decode(rest, validate=True).decode("utf-8").partition(":")
        except (binascii.Error, ValueError):
            return None
        return password if colon and password else None
    return headers.get("x-api-key", "").strip() or None


def read_device_tokens(path: Path) -> dict[str, tuple[bytes, ...]]:
    """Digests by device id; raises ConfigError with file and line."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"device tokens {path} cannot be read: {error}") from error
    found: dict[str, tuple[bytes, ...]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        if len(words) != 2 or not _DIGEST.fullmatch(words[1]) or "/" in words[0]:
            raise ConfigError(f"device tokens {path}, line {number}: expected 'device-id sha256-hex'")
        found[words[0]] = (*found.get(words[0], ()), bytes.fromhex(words[1]))
    return found


class Keyring:
    """The tokens of one source; raises ConfigError when they cannot protect it."""

    def __init__(self, name: str, settings: HttpSource) -> None:
        self._name, self._path = name, settings.device_tokens
        secret = settings.token.read()
        if secret is None and self._path is None:
            raise ConfigError(
                f"sources.{name}: an HTTP source needs 'token' or 'device_tokens'; nobody may write without one"
            )
        self._source: tuple[bytes, ...] = ()
        if secret is not None:
            if len(secret) < MIN_TOKEN_LENGTH or not secret.isascii() or not secret.isprintable() or " " in secret:
                raise ConfigError(
                    f"sources.{name}.token: must have at least {MIN_TOKEN_LENGTH} printable ASCII characters, no spaces"
                )
            self._source = (sha256(secret.encode()).digest(),)
        if self._path is not None and (settings.format not in ("plain", "cayenne") or not _last_level(settings)):
            raise ConfigError(
                f"sources.{name}.device_tokens: only for format plain or cayenne with mapping.device = 'topic:-1', "
                "because a device's own token vouches for the device in the path alone"
            )
        self._stamp: tuple[int, int, int] | None = None
        self._devices: dict[str, tuple[bytes, ...]] = {}
        if self._path is not None:
            self._stamp, self._devices = _stamp(self._path), read_device_tokens(self._path)

    def admits(self, token: str | None, device: str) -> str | None:
        """Whose token this is: "" the source's, else the device's id; None when it is nobody's."""
        self._refresh()
        digest = sha256((token or "").encode("utf-8", "surrogateescape")).digest()
        by_source = _any_equal(digest, self._source or _NOTHING)
        by_device = _any_equal(digest, self._devices.get(device) or _NOTHING)
        if by_source:
            return ""
        return device if by_device else None

    def _refresh(self) -> None:
        if self._path is None or (stamp := _stamp(self._path)) == self._stamp:
            return
        self._stamp = stamp
        try:
            self._devices = read_device_tokens(self._path)
        except ConfigError as error:
            _log.error("device tokens unreadable, the last good ones hold", source=self._name, error=str(error))
        else:
            _log.info("device tokens read", source=self._name, devices=len(self._devices))


class NoKeyring(Keyring):
    """Stands in for a source that does not exist: compares alike and admits nobody."""

    def __init__(self) -> None:
        self._name, self._path, self._source, self._devices = "", None, (), {}


def _any_equal(digest: bytes, expected: tuple[bytes, ...]) -> bool:
    return any([compare_digest(digest, one) for one in expected])  # noqa: C419 - all are compared, none is skipped


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def _last_level(settings: HttpSource) -> bool:
    return settings.mapping.device == "topic:-1"
