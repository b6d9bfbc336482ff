"""`gateway check`: is the configuration right, and does every server answer?"""

from __future__ import annotations

import asyncio
import sys

import click

from gateway.cli.options import config_option
from gateway.config import Settings


@click.command()
@config_option
def check(settings: Settings) -> None:
    """Konfiguration prüfen und jeden Server ansprechen / validate the configuration and reach every server."""
    from gateway.app.check import findings

    async def main() -> bool:
        good = True
        async for finding in findings(settings):
            good &= finding.ok
            click.echo(f"{'ok    ' if finding.ok else 'FEHLER'}  {finding.what}: {finding.detail}")
        return good

    if not asyncio.run(main()):
        sys.exit(1)
