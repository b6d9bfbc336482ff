"""What the registry's commands share: who changes, the open database, tables on the screen."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gateway.cli.options import Moment, moment_text
from gateway.config import Settings

if TYPE_CHECKING:
    from gateway.registry.service import Edit, Registry

F = TypeVar("F", bound=Callable[..., Any])
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def person(function: F) -> F:
    """`--who` and `--reason`, for the audit log."""
    who = click.option(
        "--who", default=getpass.getuser, show_default="Benutzer / user", help="Wer ändert (Protokoll). / Who changes."
    )
    return who(click.option("--reason", default="", help="Warum (Protokoll). / Why, for the audit log.")(function))


def interval(function: F) -> F:
    """`--from` and `--to`, handed on as `start` and `stop`."""
    start = click.option(
        "--from", "start", type=Moment(), default=0, show_default="immer / always", help="Ab wann. / Since when."
    )
    stop = click.option("--to", "stop", type=Moment(), help="Bis wann (ausschließlich). / Until when (exclusive).")
    return start(stop(function))


def channel_option(function: F) -> F:
    """`--channel`: one channel of a device, "*" all of it."""
    return click.option("--channel", default="*", show_default=True, help="Nur dieser Kanal. / This channel only.")(
        function
    )


@contextmanager
def opened(settings: Settings) -> Iterator[Registry]:
    """The registry; what a person has to change is said on standard error, and the command leaves with 1."""
    from gateway.registry.errors import RegistryError
    from gateway.registry.opening import create_file
    from gateway.registry.service import Registry

    try:
        found = Registry(create_file(settings))
        try:
            yield found
        finally:
            found.close()
    except RegistryError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except OSError as error:
        click.echo(f"{error.filename or ''}: {error.strerror or error}", err=True)
        sys.exit(1)


@contextmanager
def change(settings: Settings, who: str, reason: str) -> Iterator[Edit]:
    """One change of the registry."""
    with opened(settings) as found, found.change(who, reason) as edit:
        yield edit


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Columns as wide as their longest cell."""
    table = [head, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(head))]
    for row in table:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def time_text(ns: int | None) -> str:
    """A moment of validity for people."""
    return "-" if ns is None else "immer / always" if ns == 0 else moment_text(ns)


def said(changed: bool, what: str) -> None:
    """Say what became of an entry."""
    click.echo(f"{what}: {'geändert / changed' if changed else 'unverändert / unchanged'}")
