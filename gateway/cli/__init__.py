"""The command line. Each group lives in its own file and is imported only when it is used."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module

import click

from gateway.config import ConfigError

COMMANDS: Mapping[str, str] = {
    "run": "run",
    "check": "check",
    "decode": "decode",
    "decoders": "decoders",
    "codec": "codec",
    "downlink": "downlink",
    "deadletters": "deadletters",
    "devices": "devices",
    "replay": "replay",
    "jobs": "jobs",
    "query": "query",
    "aggregates": "aggregates",
    "demo": "demo",
    "atlas": "atlas",
    "registry": "registry",
}
"""Command name → module in this package; the module has a click command of the command's name."""


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the signature is click's
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"gateway.cli.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name)
        return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="quartier-gateway")
def root() -> None:
    """Sensordaten einer Stadt: empfangen, sichern, dekodieren, je Quartier auswerten.

    A city's sensor data: receive, keep, decode, aggregate per Quartier.
    """


def main() -> None:
    """Entry point of the `gateway` command; configuration errors are said in words and exit with 2."""
    try:
        root(prog_name="gateway")
    except ConfigError as error:
        click.echo(f"Konfigurationsfehler / configuration error: {error}", err=True)
        sys.exit(2)
