"""`gateway run`: the service."""

from __future__ import annotations

import asyncio

import click

from gateway.cli.options import config_option
from gateway.config import ConfigError, Settings


@click.command()
@config_option
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice(["ingest", "process", "aggregate", "api"]),
    help="Nur diese Rolle (mehrfach möglich) / only this role (repeatable); sonst / else: alle / all.",
)
def run(settings: Settings, roles: tuple[str, ...]) -> None:
    """Empfangen, sichern, verarbeiten, beantworten / receive, keep, process, answer."""
    import uvloop

    from gateway.app.jobs import AlreadyRunningError
    from gateway.app.logs import configure
    from gateway.app.service import ALL_ROLES, Role, Service

    configure(settings.log_level)
    chosen = frozenset(Role(role) for role in roles) or ALL_ROLES

    async def main() -> None:
        await Service(settings, chosen).run()

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(main())
    except AlreadyRunningError as error:
        raise ConfigError(str(error)) from error
