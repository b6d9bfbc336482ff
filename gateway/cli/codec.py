"""`gateway codec`: what a vendor's JavaScript codec says, and what the gateway makes of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from gateway.cli.answers import rows
from gateway.cli.options import Moment


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("port", type=click.IntRange(0, 255))
@click.argument("payload")
@click.option("--recv-time", type=Moment(), default="now", help="Empfangszeit / receive time.")
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Zuordnung der Schlüssel (TOML) / mapping of its keys.",
)
@click.option("--json", "as_json", is_flag=True, help="Ein JSON-Objekt / one JSON object.")
def codec(file: Path, port: int, payload: str, recv_time: int, mapping: Path | None, *, as_json: bool) -> None:
    """Den Codec eines Herstellers ausführen, abgeschottet / run a vendor's codec, confined."""
    from gateway.codecs.decoder import read_source, to_readings
    from gateway.codecs.mapping import load_mapping
    from gateway.codecs.process import CodecProcess, CodecProcessError, CodecRefusedError

    try:
        body = bytes.fromhex(payload)
    except ValueError as error:
        raise click.BadParameter(f"PAYLOAD: {error}") from error
    known = load_mapping(mapping) if mapping is not None else None
    source = read_source(file)
    with CodecProcess() as process:
        try:
            process.load(source)
            result = process.run(source, [(body, port, recv_time // 1_000_000)])[0]
        except (CodecRefusedError, CodecProcessError) as error:
            raise click.ClickException(f"{file}: {error}") from error
    readings, warnings, unmapped = to_readings(result["data"], result["normalized"], known)
    readings = tuple(reading for reading in readings if not reading.quantity.startswith("key "))
    if as_json:
        found = {"readings": rows(readings), "warnings": [*result["warnings"], *warnings], "unmapped": unmapped}
        click.echo(json.dumps({**found, "data": result["data"], "errors": result["errors"]}, ensure_ascii=False))
        return
    if result["errors"]:
        raise click.ClickException("; ".join(result["errors"]))
    click.echo(json.dumps(result["data"], indent=2, ensure_ascii=False))
    for reading in readings:
        name = f"{reading.quantity}@{reading.channel}" if reading.channel else reading.quantity
        when = f"  ({datetime.fromtimestamp(reading.time / 1e9, UTC).isoformat()})" if reading.time else ""
        click.echo(f"{name:32} {reading.value:g} {reading.unit}{when}")
    for path in unmapped:
        click.echo(f"nicht zugeordnet / not mapped: {path}", err=True)
    for warning in (*result["warnings"], *warnings):
        click.echo(f"Warnung / warning: {warning}", err=True)
