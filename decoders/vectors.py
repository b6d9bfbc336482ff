"""Vectors: what payloads must read as, in TOML beside each decoder.

    [[vector]]
    name = "probe not connected"
    kind = "sentinel"                 # normal, extreme, sentinel, broken or other
    source = "made by hand from the layout"
    port = 2
    payload = "cbc6 0082 00f2 01 7fff 7fff"
    expect = { battery_voltage = 3.014, air_temperature = 1.3, "air_temperature@probe" = -4.0 }

    [[vector.expect_list]]            # instead of, or besides, `expect`: readings with their own time, or repeated
    quantity = "air_temperature"      # channel, unit (not compared unless given), time_offset (s) or time
    value = 27.2
    time = 2022-10-12T08:02:38Z

Instead of `expect` a broken payload has `error = "length"`. `warnings` is the number of warnings (default 0). In a
module with several decoders `decoder` names the one that is meant; without it the vector holds for all of them.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from decoders import registry

KINDS = ("normal", "extreme", "sentinel", "broken", "other")
_HERE = Path(__file__).parent
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One reading that must come out. `unit` is compared when it is given."""

    quantity: str
    channel: str = ""
    value: float
    unit: str | None = None
    time_offset: float = 0.0
    time: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """One payload and what it must read as: readings in any order, or an error."""

    name: str
    kind: str
    source: str
    port: int
    payload: bytes
    expect: tuple[Expected, ...] = ()
    error: str = ""
    warnings: int = 0
    decoder: str = ""
    decoders: tuple[str, ...] = field(default=())


def path(prefix: str) -> Path:
    """The vector file of a module of `registry.modules()`."""
    return _HERE.joinpath(*registry.modules()[prefix].split(".")[1:]).with_suffix(".toml")


@cache
def read(prefix: str) -> tuple[Vector, ...]:
    """The vectors of a module; () when it has no file.

    Raises:
        ValueError: a vector is not of the form above; the message names file and vector.
    """
    file = path(prefix)
    if not file.is_file():
        return ()
    ids = tuple(decoder.id for decoder in registry.load(prefix))
    return tuple(_vector(row, ids, f"{file.name}: vector {n}") for n, row in enumerate(_rows(file), 1))


def _rows(file: Path) -> list[dict[str, Any]]:
    with file.open("rb") as stream:
        rows: list[dict[str, Any]] = tomllib.load(stream).get("vector", [])
    return rows


def _vector(row: dict[str, Any], ids: tuple[str, ...], where: str) -> Vector:
    known = {"name", "kind", "source", "port", "payload", "expect", "expect_list", "error", "warnings", "decoder"}
    if unknown := row.keys() - known:
        raise ValueError(f"{where}: unknown members {sorted(unknown)}")
    if missing := {"name", "kind", "source", "port", "payload"} - row.keys():
        raise ValueError(f"{where}: {sorted(missing)} missing")
    if row["kind"] not in KINDS:
        raise ValueError(f"{where}: kind {row['kind']!r} is none of {KINDS}")
    named = row.get("decoder", "")
    if named and named not in ids:
        raise ValueError(f"{where}: decoder {named!r} is none of {ids}")
    if ("error" in row) == ("expect" in row or "expect_list" in row):
        raise ValueError(f"{where}: either an error or what is expected")
    expect = tuple(
        Expected(quantity=name.partition("@")[0], channel=name.partition("@")[2], value=value)
        for name, value in row.get("expect", {}).items()
    ) + tuple(_expected(item) for item in row.get("expect_list", ()))
    return Vector(
        name=row["name"],
        kind=row["kind"],
        source=row["source"],
        port=row["port"],
        payload=bytes.fromhex(row["payload"]),
        expect=expect,
        error=row.get("error", ""),
        warnings=row.get("warnings", 0),
        decoder=named,
        decoders=(named,) if named else ids,
    )


def _expected(item: dict[str, Any]) -> Expected:
    time = item.pop("time", None)
    return Expected(**item, time=None if time is None else (time - _EPOCH) // timedelta(microseconds=1) * 1000)
