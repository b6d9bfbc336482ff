"""`gateway replay`: process the journal again with today's decoders."""

from __future__ import annotations

import click

from gateway.cli.options import Moment, config_option
from gateway.config import Settings


@click.command()
@config_option
@click.option("--from", "start", type=Moment(), required=True, help="Empfangen ab / received from (2026-06-01T00:00).")
@click.option("--to", "stop", type=Moment(), default="now", help="bis, ausschließlich / until, exclusive.")
@click.option("--device", "devices", multiple=True, help="Nur dieses Gerät (mehrfach) / only this device (repeatable).")
@click.option("--decoder", default="", help="Nur Geräte dieses Decoders / only devices that this decoder reads.")
def replay(settings: Settings, start: int, stop: int, devices: tuple[str, ...], decoder: str) -> None:
    """Das Journal neu verarbeiten; verschwundene Punkte werden entfernt / process the journal again."""
    from gateway.app.jobs import ReplayRequest
    from gateway.app.request import carry_out

    if stop <= start:
        raise click.BadParameter("--to liegt nicht nach --from / is not after --from")
    if decoder:
        from decoders import registry

        if registry.by_id(decoder) is None:
            raise click.BadParameter(f"--decoder: {decoder!r} gibt es nicht / does not exist")
    names = tuple(device.lower() if len(device) == 16 else device for device in devices)
    request = ReplayRequest(start=start, stop=stop, devices=names, decoder=decoder)
    report(carry_out(settings, request, lambda words: click.echo(words, err=True)))


def report(result: object) -> None:
    """Say what a replay did."""
    from gateway.app.jobs import ReplayResult

    assert isinstance(result, ReplayResult)
    click.echo(f"Nachrichten neu verarbeitet / entries processed again: {result.entries}")
    click.echo(f"Beobachtungen geschrieben / observations written:      {result.observations}")
    click.echo(f"Beobachtungen entfernt / observations removed:         {result.removed}")
    click.echo(f"Fehlbriefe erledigt / dead letters settled:            {result.resolved}")
    for reason, count in sorted(result.rejected.items()):
        click.echo(f"  verworfen / rejected: {reason}: {count}")
    if result.kept:
        click.echo(f"  belassen, weil das Journal nicht so weit reicht / left, older than the journal: {result.kept}")
