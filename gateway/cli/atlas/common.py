"""What the commands of `gateway atlas` share: errors in words, an open database, a person with roles."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from gateway.cli.options import config_option
from gateway.config import Settings

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
    """`--database` and `--config`, handed on as an open `registers`; closed and errors told at the end."""

    @config_option
    @click.option("--database", envvar="GATEWAY_ATLAS_DATABASE", help="URL; ohne: data_dir/atlas/atlas.sqlite.")
    @functools.wraps(function)
    def command(settings: Settings, database: str | None, **options: Any) -> None:
        from gateway.atlas.opening import open_registers

        with told():
            registers = open_registers(database, settings.data_dir / "atlas")
            try:
                function(registers=registers, folder=settings.data_dir / "atlas", **options)
            finally:
                registers.engine.dispose()

    return command


def person_option(function: Any) -> Any:
    """`--person NAME`: someone of people.toml, handed on as `person`."""

    @click.option("--person", "name", required=True, help="Name aus people.toml. / A name of people.toml.")
    @functools.wraps(function)
    def command(name: str, folder: Path, **options: Any) -> None:
        from gateway.atlas.errors import NotAllowedError
        from gateway.atlas.people import load_people

        people = load_people(folder / "people.toml")
        if name not in people:
            raise NotAllowedError(f"{name!r} steht nicht in / is not in {folder / 'people.toml'}")
        function(person=people[name], **options)

    return command
