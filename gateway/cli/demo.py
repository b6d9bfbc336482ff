"""`gateway demo`: a city in a box."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click


@click.command()
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), default=Path("demo-data"), show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="HTTP.")
@click.option("--keep", is_flag=True, help="Daten des letzten Laufs behalten / keep the data of the last run.")
@click.option("--days", type=click.FloatRange(0, 7), default=7, show_default=True, help="Rückblick / history.")
def demo(data: Path, port: int, days: float, *, keep: bool) -> None:
    """Broker, Gateway und simulierte Stadt auf diesem Rechner / broker, gateway and simulated city on this machine."""
    import shutil

    import uvloop

    from gateway.app.logs import configure
    from gateway.demo.runner import run

    configure("warning")
    mark = data / ".demo"
    if data.exists() and any(data.iterdir()) and not mark.exists():
        raise click.BadParameter(f"--data {data}: kein Ordner der Demo / not a folder of the demo")
    if not keep and mark.exists():
        shutil.rmtree(data)
    data.mkdir(parents=True, exist_ok=True)
    mark.touch()
    (data / "gateway.toml").write_text(f'data_dir = "{data}"\n', encoding="utf-8")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run(data, port, days, click.echo))
    click.echo("\nBeendet, nichts verloren / stopped, nothing lost.")
