"""`gateway query`: what the HTTP interface answers, on the command line."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import click

from gateway.cli.options import config_option
from gateway.config import ConfigError, Settings


@click.group()
def query() -> None:
    """Kennzahlen abfragen / ask for figures."""


def _command(name: str, words: str) -> None:
    @query.command(
        name,
        help=f"{words}\n\nPARAMETER wie in der HTTP-Schnittstelle / as in the HTTP interface: "
        "quantity=air_temperature level=quartier period=day format=csv",
    )
    @config_option
    @click.option("--url", help="Dienst / service; sonst / else http.host, http.port.")
    @click.argument("parameters", nargs=-1, metavar="[NAME=WERT]...")
    def command(settings: Settings, url: str | None, parameters: tuple[str, ...]) -> None:
        given: dict[str, str] = {}
        for text in parameters:
            key, sign, value = text.partition("=")
            if not sign or not key:
                raise click.BadParameter(f"{text!r}: NAME=WERT wird erwartet / is expected")
            given[key] = value
        _ask(settings, url, name, given)


for _name, _words in (
    ("aggregates", "Kennzahlen je Gebiet und Zeitraum / figures by area and period."),
    ("indicators", "Grenzwerte, Indizes, Klimatage / limits, indices, climate days."),
    ("areas", "Gebiete / areas."),
    ("sites", "Standorte / sites."),
    ("quantities", "Messgrößen / quantities."),
    ("joint", "Register neben Sensoren / registers beside sensors."),
    ("correlation", "Zusammenhang zweier Größen / correlation of two columns."),
    ("burden", "Mehrfachbelastung / where environmental and social burden coincide."),
):
    _command(_name, _words)


def _ask(settings: Settings, url: str | None, what: str, parameters: Mapping[str, str]) -> None:
    """Print the answer as it comes; problems go to stderr with exit code 1."""
    import httpx
    import msgspec

    base = url or _base(settings)
    try:
        with (
            httpx.Client(timeout=120, verify=settings.http.certificate is None or bool(url)) as client,
            client.stream("GET", f"{base}/v1/{what}", params=dict(parameters)) as answer,
        ):
            if answer.status_code != 200:
                answer.read()
                _problem(answer.content, answer.status_code, msgspec.DecodeError)
            for part in answer.iter_bytes():
                sys.stdout.buffer.write(part)
            if not answer.headers["Content-Type"].startswith("text/csv"):
                sys.stdout.buffer.write(b"\n")
            sys.stdout.buffer.flush()
    except httpx.TransportError as error:
        raise ConfigError(f"{base}: der Dienst antwortet nicht / the service does not answer: {error}") from error


def _problem(body: bytes, status: int, unreadable: type[Exception]) -> None:
    import msgspec

    try:
        said = msgspec.json.decode(body)
        click.echo(f"{said['detail']} / {said['detail_en']}", err=True)
        for fault in said.get("errors", ()):
            name = fault["where"].removeprefix("query.")
            click.echo(f"  {name}={fault['what']}: {fault['why']} / {fault['why_en']}", err=True)
    except (unreadable, KeyError, TypeError):
        click.echo(f"HTTP {status}", err=True)
    sys.exit(1)


def _base(settings: Settings) -> str:
    scheme = "https" if settings.http.certificate else "http"
    host = settings.http.host if settings.http.host not in {"0.0.0.0", "::"} else "127.0.0.1"  # noqa: S104 - compared, not bound
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{settings.http.port}"
