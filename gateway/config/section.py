"""What every table of the configuration builds on."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, SecretStr


class ConfigError(Exception):
    """The configuration cannot be used; the message names file, setting and cause."""


class Section(BaseModel):
    """Base of every table: unknown keys are refused, because a misspelt setting is a silent default."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Secret(Section):
    """A secret given as a file or as a value (the value by environment only, by habit)."""

    file: Path | None = None
    value: SecretStr | None = None

    def read(self) -> str | None:
        """The secret without its trailing line end, or None when none is configured; raises ConfigError."""
        if self.file is not None:
            try:
                return self.file.read_text(encoding="utf-8").rstrip("\r\n")
            except (OSError, UnicodeDecodeError) as error:
                raise ConfigError(f"secret file {self.file} cannot be read: {error}") from error
        return self.value.get_secret_value() if self.value else None


class TlsSettings(Section):
    """TLS towards a broker. `ca` absent means the system's authorities. The files are read again when they change."""

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
