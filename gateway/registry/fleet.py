"""The registry's first form: devices with decoder, name, expected interval and tags, read from a TOML file.

[devices.a84041000181c061]
name = "Laurentiusplatz, Mast 4"
decoder = "dragino-lht65n"
expected_interval = 600      # s
tags = { quartier = "00" }
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gateway.config import ConfigError


class Device(BaseModel):
    """One registered device. `expected_interval` is in seconds; `decoder` None: chosen by brand and model."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = ""
    decoder: str | None = None
    expected_interval: float = Field(600, gt=0)
    tags: dict[str, str] = {}


class _Fleet(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    devices: dict[str, Device] = {}


def load_fleet(path: Path | None) -> Mapping[str, Device]:
    """Devices by id (DevEUIs in lower case); raises ConfigError naming file, device and cause."""
    if path is None:
        return {}
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        return {device.lower(): row for device, row in _Fleet.model_validate(raw).devices.items()}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
    except ValidationError as error:
        where = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ConfigError(f"{path}: {where}") from error
