"""Read and validate the configuration before anything starts."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsConfigDict

from gateway.config.section import ConfigError
from gateway.config.settings import Settings


def load(path: Path | None = None, **overrides: Any) -> Settings:
    """Read and validate the configuration; raises ConfigError that names file, setting and cause.

    Args:
        path: the TOML file; None means defaults and environment alone.
        overrides: values that win over file and environment.
    """
    if path is not None and not path.is_file():
        raise ConfigError(f"configuration file {path} does not exist")

    class FromFile(Settings):
        model_config = SettingsConfigDict(toml_file=path)

    where = f"{path or 'environment'}"
    try:
        return FromFile(**overrides)
    except ValidationError as error:
        causes = "\n".join(f"  {'.'.join(map(str, e['loc'])) or '(top)'}: {e['msg']}" for e in error.errors())
        raise ConfigError(f"{where}:\n{causes}") from None  # the chained error would show input values, secrets too
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigError(f"{where}: {error}") from error
