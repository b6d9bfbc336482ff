"""`gateway decode`: what a payload says, without any service."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.answers import answer

if TYPE_CHECKING:
    from decoders.kit import Decoder

MAX_LINE = 1 << 20


def find(name: str) -> Decoder | None:
    """A decoder by id, or by its name in The Things Stack's repository ("vendor/codec")."""
    from decoders import registry

    vendor, slash, codec = name.partition("/")
    return registry.by_ttn(vendor, codec) if slash else registry.by_id(name)


@click.command()
@click.argument("decoder", required=False)
@click.argument("port", type=click.IntRange(0, 255), required=False)
@click.argument("payload", required=False)
@click.option("--json", "as_json", is_flag=True, help="Ein JSON-Objekt / one JSON object.")
@click.option("--jsonl", is_flag=True, help="Zeilen von der Standardeingabe / lines of standard input: "
              '{"decoder" | "ttn", "port", "payload"}.')  # fmt: skip
def decode(decoder: str | None, port: int | None, payload: str | None, *, as_json: bool, jsonl: bool) -> None:
    """Nutzdaten (hex) dekodieren / decode a payload (hex). DECODER: ID oder / or TTN "vendor/codec"."""
    if jsonl:
        if decoder is not None:
            raise click.UsageError("--jsonl: ohne Argumente / without arguments")
        _lines()
        return
    if decoder is None or port is None or payload is None:
        raise click.UsageError("DECODER PORT PAYLOAD")
    found = find(decoder)
    if found is None:
        raise click.BadParameter(f"{decoder!r} gibt es nicht / does not exist (gateway decoders)")
    try:
        body = bytes.fromhex(payload)
    except ValueError as error:
        raise click.BadParameter(f"PAYLOAD: {error}") from error
    result = answer(found, body, port)
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
        return
    if result["error"]:
        raise click.ClickException(f"{result['error']}: {result['detail']}")
    for reading in result["readings"]:
        name = f"{reading['quantity']}@{reading['channel']}" if reading["channel"] else reading["quantity"]
        offset, time = reading["time_offset"], reading.get("time")
        when = f"  ({time})" if time else f"  ({offset:+g} s)" if offset else ""
        click.echo(f"{name:32} {reading['value']} {reading['unit']}{when}")
    for warning in result["warnings"]:
        click.echo(f"Warnung / warning: {warning}", err=True)


def _lines() -> None:
    """One answer for each line; a line that makes no sense gets an answer that says so."""
    stream = sys.stdin.buffer
    while line := stream.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE:
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_LINE + 1)
            click.echo(json.dumps(_refused("the line is longer than 1 MiB")))
            continue
        if line.strip():
            click.echo(json.dumps(_line(line), ensure_ascii=False))


def _line(line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return _refused("the line is no JSON")
    if not isinstance(row, dict):
        return _refused("the line is no object")
    name = row.get("decoder") or row.get("ttn")
    port, payload = row.get("port"), row.get("payload")
    if not isinstance(name, str):
        return _refused("neither decoder nor ttn names a decoder")
    if not isinstance(port, int) or isinstance(port, bool) or not 0 <= port <= 255:
        return _refused("port is no number from 0 to 255")
    if not isinstance(payload, str):
        return _refused("payload is no text")
    try:
        body = bytes.fromhex(payload)
    except ValueError:
        return _refused("payload is not hexadecimal")
    found = find(name)
    return answer(found, body, port) if found else _refused(f"decoder {name[:80]!r} does not exist")


def _refused(detail: str) -> dict[str, Any]:
    return {"readings": [], "warnings": [], "error": "input", "detail": detail}
