"""`gateway demo`: a city in a box."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click


@click.command()
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), default=Path("demo-data"), show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="HTTP.")
@click.option("--fresh", is_flag=True, help="Von vorn: Daten des letzten Laufs löschen / delete what was there.")
@click.option(
    "--days", type=click.FloatRange(1, 60), default=30, show_default=True,
    help="Rückblick beim ersten Start / history at the first start.",
)  # fmt: skip
def demo(data: Path, port: int, days: float, *, fresh: bool) -> None:
    """Broker, Gateway und simulierte Stadt auf diesem Rechner / broker, gateway and simulated city on this machine.

    Alle Werte sind erfunden. / All values are invented.
    """
    import shutil

    import uvloop

    from gateway.app.logs import configure
    from gateway.demo.runner import run
    from gateway.demo.state import FILE

    configure("warning")
    mark = data / ".demo"
    if data.exists() and any(data.iterdir()) and not mark.exists():
        raise click.BadParameter(f"--data {data}: kein Ordner der Demo / not a folder of the demo")
    if mark.exists() and (fresh or not (data / FILE).exists()):
        shutil.rmtree(data)
    data.mkdir(parents=True, exist_ok=True)
    mark.touch()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run(data, port, days, click.echo))
    click.echo("\nBeendet, nichts verloren / stopped, nothing lost.")
