"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

from gateway.config import Settings, load

F = TypeVar("F", bound=Callable[..., Any])
BERLIN = ZoneInfo("Europe/Berlin")


def config_option(function: F) -> F:
    """`--config FILE`, handed on as `settings`."""

    def read(_: click.Context, __: click.Parameter, value: Path | None) -> Settings:
        return load(value)

    option = click.option(
        "--config",
        "settings",
        type=click.Path(path_type=Path, dir_okay=False),
        envvar="GATEWAY_CONFIG",
        callback=read,
        help="gateway.toml (auch / also GATEWAY_CONFIG).",
    )
    return option(function)


class Moment(click.ParamType[int]):
    """A point in time, ns since the epoch: ISO 8601 with or without zone (then Europe/Berlin), or "now"."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Text to ns; whole microseconds."""
        if isinstance(value, int):
            return value
        if value in ("now", "jetzt"):
            moment = datetime.now(BERLIN)
        else:
            try:
                moment = datetime.fromisoformat(value)
            except ValueError:
                self.fail(f"{value!r}: kein Zeitpunkt / no time (2026-06-01, 2026-06-01T12:00+02:00)", param, ctx)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=BERLIN)
        since = moment - datetime(1970, 1, 1, tzinfo=ZoneInfo("UTC"))
        return since // timedelta(microseconds=1) * 1000


def moment_text(ns: int) -> str:
    """A time for people: local, with offset, to the second."""
    return datetime.fromtimestamp(ns // 1_000_000_000, BERLIN).isoformat(sep=" ", timespec="seconds")
