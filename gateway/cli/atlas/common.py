"""What the commands of `gateway atlas` share: errors in words, an open database, a person with roles."""

from __future__ import annotations

import functools
import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.options import config_option
from gateway.config import Settings

if TYPE_CHECKING:
    from gateway.atlas.registers import Registers

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
DAY = click.DateTime(formats=["%Y-%m-%d", "%d.%m.%Y"])


@contextmanager
def told() -> Iterator[None]:
    """Say what a person has to change, on standard error, and leave with 1."""
    from gateway.atlas.errors import AtlasError, RefusedError

    try:
        yield
    except AtlasError as error:
        if isinstance(error, RefusedError):
            click.echo(f"{len(error.faults)} Fehler, nichts übernommen / faults, nothing taken over", err=True)
        click.echo(str(error), err=True)
        sys.exit(1)
    except OSError as error:
        click.echo(f"{error.filename or ''}: {error.strerror or error}", err=True)
        sys.exit(1)


def bounded(path: Path) -> bytes:
    """A file's content; one that is too large is not even read."""
    from gateway.atlas.reading import MAX_BYTES, refuse

    if path.stat().st_size > MAX_BYTES:
        refuse(path.name, f"{path.stat().st_size} > {MAX_BYTES} Bytes/bytes", "kleinere Datei / smaller file")
    return path.read_bytes()


def database_option(function: Any) -> Any:
    """`--database` and `--config`, handed on as open `registers` and the path `people`; closed at the end."""

    @config_option
    @click.option(
        "--database", envvar="GATEWAY_ATLAS_DATABASE", help="URL; ohne: atlas.url, data_dir/atlas/atlas.sqlite."
    )
    @functools.wraps(function)
    def command(settings: Settings, database: str | None, **options: Any) -> None:
        from gateway.atlas.opening import open_registers

        with told():
            folder = settings.data_dir / "atlas"
            registers = open_registers(database or settings.atlas.url.read(), folder)
            try:
                function(registers=registers, people=settings.atlas.people or folder / "people.toml", **options)
            finally:
                registers.engine.dispose()

    return command


def told_moves(moves: dict[str, dict[str, list[str]]]) -> None:
    """Areas that changed their class."""
    for variant, areas in moves.items():
        for area, (before, after) in areas.items():
            click.echo(f"  {variant} {area}: {before or '-'} → {after or '-'}")


def read_internally(registers: Registers, query: str) -> None:
    """C10: confidential values were read on this machine, and by whom."""
    registers.log_query(f"internal ({getpass.getuser()})", query, 0)


def person_option(function: Any) -> Any:
    """`--person NAME`: someone of people.toml, handed on as `person`."""

    @click.option("--person", "name", required=True, help="Name aus people.toml. / A name of people.toml.")
    @functools.wraps(function)
    def command(name: str, people: Path, **options: Any) -> None:
        from gateway.atlas.errors import NotAllowedError
        from gateway.atlas.people import load_people

        known = load_people(people)
        if name not in known:
            raise NotAllowedError(f"{name!r} steht nicht in / is not in {people}")
        function(person=known[name], **options)

    return command
