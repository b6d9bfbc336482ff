"""TLS towards a broker: a context from the settings, built again when certificates are renewed.

Certificates of a city's PKI or of ACME live for weeks. Whoever renews them replaces files; the gateway notices
and connects anew, without a restart.
"""

from __future__ import annotations

import ssl
from pathlib import Path

from gateway.config import ConfigError, TlsSettings

Fingerprint = tuple[tuple[int, int, int] | None, ...]


def client_context(settings: TlsSettings) -> ssl.SSLContext:
    """A context that verifies the broker's name and certificate and shows ours, when there is one.

    Raises:
        ConfigError: a file is missing, unreadable or encrypted, or key and certificate do not belong together.
    """
    if settings.key and not settings.certificate:
        raise ConfigError(f"tls.key {settings.key} is given without tls.certificate")
    try:
        context = ssl.create_default_context(cafile=settings.ca)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"tls.ca {settings.ca} cannot be used: {error}") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.certificate:
        try:
            context.load_cert_chain(settings.certificate, settings.key, password=_no_password)
        except (OSError, ssl.SSLError) as error:
            files = f"{settings.certificate}" + (f" with key {settings.key}" if settings.key else "")
            raise ConfigError(f"tls.certificate {files} cannot be used: {error}") from error
    return context


def _no_password() -> str:
    """Stands where OpenSSL would otherwise ask on the terminal, and wait for ever."""
    raise ConfigError("tls.key is encrypted; give a key without a password, readable by the gateway alone")


class TlsFiles:
    """The context of one source, and whether its files have been replaced since it was built."""

    def __init__(self, settings: TlsSettings) -> None:
        self._settings = settings
        self._context: ssl.SSLContext | None = None
        self._built_from: Fingerprint = ()

    def context(self) -> ssl.SSLContext:
        """The context for a new connection, built from the files as they are now; raises ConfigError."""
        now = self._fingerprint()
        if self._context is None or now != self._built_from:
            self._context = client_context(self._settings)
            self._built_from = now
        return self._context

    def renewed(self) -> bool:
        """True when the files have changed since the last context and make a usable new one.

        Raises:
            ConfigError: they have changed, but cannot be used (yet: certificate and key are replaced one after the
                other). The old context stays.
        """
        if self._context is None or self._fingerprint() == self._built_from:
            return False
        client_context(self._settings)
        return True

    def _fingerprint(self) -> Fingerprint:
        return tuple(_stat(path) for path in (self._settings.ca, self._settings.certificate, self._settings.key))


def _stat(path: Path | None) -> tuple[int, int, int] | None:
    """What changes when a file is written or replaced: inode, size, time of change in ns; None when it is not there."""
    try:
        found = path.stat() if path else None
    except OSError:
        return None
    return (found.st_ino, found.st_size, found.st_mtime_ns) if found else None
