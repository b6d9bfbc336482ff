"""`gateway aggregates`: figures of areas computed anew from what is stored."""

from __future__ import annotations

import click

from gateway.cli.options import Moment, config_option
from gateway.config import Settings


@click.group()
def aggregates() -> None:
    """Kennzahlen je Gebiet verwalten. / Look after the figures of areas."""


@aggregates.command()
@config_option
@click.option("--from", "start", type=Moment(), required=True, help="Ab (2026-06-01T00:00). / From.")
@click.option("--to", "stop", type=Moment(), default="now", help="bis, ausschließlich. / until, exclusive.")
@click.option("--area", "areas", multiple=True, help="Nur dieses Gebiet, quartier:05 (mehrfach). / This area only.")
def rebuild(settings: Settings, start: int, stop: int, areas: tuple[str, ...]) -> None:
    """Kennzahlen aus den gespeicherten Beobachtungen neu rechnen. / Compute figures anew from what is stored.

    Was in dem Zeitraum ausgegeben war, in DuckDB und InfluxDB, wird ersetzt; überholte Punkte verschwinden. Läuft der
    Dienst, rechnet er; sonst rechnet dieses Kommando.

    What was written out of that time, to DuckDB and InfluxDB, is replaced; stale points go away.
    """
    from gateway.aggregator.rebuild import RebuildRequest
    from gateway.app.rebuilds import carry_out

    if stop <= start:
        raise click.BadParameter("--to liegt nicht nach --from / is not after --from")
    result = carry_out(settings, RebuildRequest(start=start, stop=stop, areas=areas), lambda w: click.echo(w, err=True))
    click.echo(f"Beobachtungen gelesen / observations read:          {result.observations}")
    click.echo(f"Stunden mit anderen Werten / hours that changed:    {result.hours}")
    click.echo(f"Ausgegebenes entfernt / figures removed:            {result.removed}")
    click.echo(f"Kennzahlen geschrieben / figures written:           {result.written}")
