"""Files of definitions: those that come with the product and those of an installation, read the same way."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from gateway.atlas.errors import DefinitionError

MAX_FILE = 1 << 20
_Model = TypeVar("_Model", bound=BaseModel)


def parse_definition(kind: type[_Model], content: str, name: str) -> _Model:
    """Read a definition; raises DefinitionError that begins with `name`."""
    try:
        return kind.model_validate(tomllib.loads(content))
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"{name}: no TOML: {error}") from error
    except ValidationError as error:
        raise DefinitionError(f"{name}: {_described(error)}") from error


def shipped_texts(folder: str) -> dict[str, str]:
    """Text of every definition in a folder of the product, by file name and in the order of the names."""
    return {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in sorted((files("gateway.atlas") / folder).iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".toml")
    }


def text_of(path: Path) -> str:
    """Text of somebody's own definition.

    Raises:
        DefinitionError: larger than MAX_FILE bytes, or no UTF-8.
        OSError: the file cannot be read.
    """
    if path.stat().st_size > MAX_FILE:
        raise DefinitionError(f"{path}: larger than {MAX_FILE} bytes, this is no definition")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DefinitionError(f"{path}: no UTF-8 at byte {error.start}") from error


def _described(error: ValidationError) -> str:
    """Each place of a definition that is wrong, on one line."""
    return "; ".join(
        f"{'.'.join(str(part) for part in e['loc']) or 'file'}: {e['msg'].removeprefix('Value error, ')}"
        for e in error.errors()
    )
