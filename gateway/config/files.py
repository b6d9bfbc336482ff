"""TOML files that stand beside gateway.toml: the fleet, places, mappings of codecs."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from gateway.config.section import ConfigError

_Model = TypeVar("_Model", bound=BaseModel)


def read_file(path: Path, kind: type[_Model]) -> _Model:
    """What a TOML file says, as this model; raises ConfigError naming file, place in it and cause."""
    try:
        return kind.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
    except ValidationError as error:
        where = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ConfigError(f"{path}: {where}") from error
