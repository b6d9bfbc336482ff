"""`gateway decode`: what a payload says, without any service."""

from __future__ import annotations

import click


@click.command()
@click.argument("decoder")
@click.argument("port", type=click.IntRange(0, 255))
@click.argument("payload")
def decode(decoder: str, port: int, payload: str) -> None:
    """Nutzdaten (hex) dekodieren / decode a payload (hex)."""
    from decoders import registry
    from decoders.kit import DecodeError

    found = registry.by_id(decoder)
    if found is None:
        known = ", ".join(registry.all_decoders())
        raise click.BadParameter(f"{decoder!r} gibt es nicht / does not exist. Bekannt / known: {known}")
    try:
        body = bytes.fromhex(payload)
    except ValueError as error:
        raise click.BadParameter(f"PAYLOAD: {error}") from error
    try:
        result = found.decode(body, port)
    except DecodeError as error:
        raise click.ClickException(str(error)) from error
    for reading in result.readings:
        name = f"{reading.quantity}@{reading.channel}" if reading.channel else reading.quantity
        when = f"  ({reading.time_offset:+g} s)" if reading.time_offset else ""
        click.echo(f"{name:32} {reading.value} {reading.unit}{when}")
    for warning in result.warnings:
        click.echo(f"Warnung / warning: {warning}", err=True)
