"""`gateway deadletters`: messages that gave no observation, why, and another try."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from gateway.cli.options import Moment, config_option, moment_text
from gateway.cli.replay import report
from gateway.config import Settings
from gateway.deadletters import DeadLetters, Filter
from gateway.model import Reason

MOST = 1_000_000


@click.group()
def deadletters() -> None:
    """Fehlbriefe / dead letters."""


def filter_options(command: Callable[..., None]) -> Callable[..., None]:
    """Options that say which letters are meant; the command gets them as `wanted`."""

    @wraps(command)
    def call(
        *arguments: Any,
        reason: str | None,
        source: str | None,
        device: str | None,
        start: int | None,
        stop: int | None,
        **options: Any,
    ) -> None:
        chosen = Reason(reason) if reason else None
        wanted = Filter(reason=chosen, source=source, device=device, start=start, stop=stop)
        command(*arguments, wanted=wanted, **options)

    for option in (
        click.option("--to", "stop", type=Moment(), help="bis, ausschließlich / until, exclusive."),
        click.option("--from", "start", type=Moment(), help="Empfangen ab / received from."),
        click.option("--device", help="Gerät."),
        click.option("--source", help="Quelle."),
        click.option("--reason", type=click.Choice([str(reason) for reason in Reason]), help="Grund."),
    ):
        call = option(call)
    return call


@deadletters.command("list")
@config_option
@filter_options
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True)
def list_(settings: Settings, wanted: Filter, limit: int) -> None:
    """Die neuesten zuerst, dann die Zahl je Grund / newest first, then counts by reason."""
    with DeadLetters(settings.data_dir) as letters:
        for letter in letters.find(wanted, limit=limit):
            click.echo(
                f"{letter.offset:>10}  {moment_text(letter.received.received_at)}  {letter.reason:14} "
                f"{letter.received.source:12} {letter.device or '-':16}  {letter.size:>7} B  {letter.detail}"
            )
        for name, count in sorted(letters.counts().items()):
            click.echo(f"{name:16} {count}", err=True)


@deadletters.command()
@config_option
@click.argument("offset", type=int)
@click.option("--body", is_flag=True, help="Nur die Bytes auf die Standardausgabe / only the bytes to standard output.")
def show(settings: Settings, offset: int, *, body: bool) -> None:
    """Einen Fehlbrief ganz zeigen / show one dead letter whole."""
    with DeadLetters(settings.data_dir) as letters:
        found = letters.show(offset)
    if not found:
        raise click.ClickException(f"{offset}: kein Fehlbrief / no dead letter")
    if body:
        sys.stdout.buffer.write(found[0].received.body)
        return
    for letter in found:
        click.echo(f"Offset    {letter.offset}{f' ({letter.part})' if letter.part else ''}")
        click.echo(f"Grund     {letter.reason}: {letter.detail}")
        click.echo(f"Quelle    {letter.received.source}   {letter.received.topic}")
        click.echo(f"Gerät     {letter.device or '-'}")
        click.echo(f"empfangen {moment_text(letter.received.received_at)}")
        if letter.resolved_at is not None:
            click.echo(f"erledigt  {moment_text(letter.resolved_at)}")
    content = found[0].received.body
    click.echo(f"Inhalt    {found[0].size} B")
    click.echo(content.decode("utf-8", errors="backslashreplace"))


@deadletters.command()
@config_option
@filter_options
def replay(settings: Settings, wanted: Filter) -> None:
    """Noch einmal verarbeiten, nach einer Korrektur / process again, after a fix."""
    from gateway.app.jobs import ReplayRequest
    from gateway.app.request import carry_out

    with DeadLetters(settings.data_dir) as letters:
        found = letters.find(wanted, limit=MOST)
    if not found:
        click.echo("Keine Fehlbriefe / no dead letters.")
        return
    times = [letter.received.received_at for letter in found]
    devices = {letter.device for letter in found}
    request = ReplayRequest(
        start=min(times),
        stop=max(times) + 1,
        devices=() if "" in devices else tuple(sorted(devices)),
        offsets=tuple(sorted({letter.offset for letter in found})),
    )
    report(carry_out(settings, request, lambda words: click.echo(words, err=True)))
