"""`gateway downlink`: tells a device something, through its network server. Without `--send` it only says what."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli.options import config_option
from gateway.config import ConfigError, Mqtt5Source, Mqtt311Source, Settings

if TYPE_CHECKING:
    from gateway.downlink.messages import Downlink

_TOKEN = "GATEWAY_CHIRPSTACK_TOKEN"  # noqa: S105 - the name of a variable


def _decoder(settings: Settings, device: str) -> str:
    """What the registry, or else what was heard, says that this device is."""
    from gateway.app.parts import known_devices
    from gateway.registry.seen import SeenDevices

    with closing(known_devices(settings)) as known:
        row = known.get(device)
    if row is not None and row.decoder:
        return row.decoder
    file = settings.data_dir / "devices.sqlite"
    heard = {h.device: h for h in SeenDevices(file).all()} if file.exists() else {}
    if device in heard and heard[device].decoder:
        return heard[device].decoder
    raise click.UsageError(f"{device}: kein Decoder bekannt, --decoder angeben / no decoder is known, give --decoder")


def _payload(decoder: str, interval: int | None, port: int | None, payload: str | None) -> tuple[Downlink, str]:
    """The downlink, and what is to be said about it."""
    from decoders import downlinks
    from decoders.kit import EncodeError
    from gateway.downlink.messages import Downlink, DownlinkError, checked

    try:
        if payload is not None:
            if interval is not None or port is None:
                raise click.UsageError("--payload: mit --port, ohne --interval / with --port, without --interval")
            return checked(Downlink(port, bytes.fromhex(payload))), ""
        if interval is None:
            raise click.UsageError("--interval oder / or --payload")
        way = downlinks.interval(decoder)
        if way is None:
            raise click.ClickException(
                f"{decoder}: wie das Intervall gesetzt wird, ist nicht bekannt / how its interval is set is not known"
            )
        return checked(Downlink(port or way.port, way.encode(interval))), way.note
    except (ValueError, EncodeError, DownlinkError) as error:
        raise click.ClickException(str(error)) from error


@click.command()
@config_option
@click.argument("device")
@click.option("--interval", type=int, help="Meldeintervall in s / reporting interval, s.")
@click.option("--payload", help="Stattdessen diese Bytes (hex), mit --port / instead these bytes, with --port.")
@click.option("--port", type=click.IntRange(1, 223), help="fPort (sonst der des Geräts / else the device's own).")
@click.option("--decoder", default="", help="Decoder-ID, wenn nicht eingetragen / when it is not registered.")
@click.option("--source", help="MQTT über diese Quelle der Konfiguration / over this configured source.")
@click.option("--application", default="", help="ChirpStack: Application-ID (UUID).")
@click.option("--tts-device", default="", help="The Things Stack: Geräte-ID / device id.")
@click.option("--grpc", "address", help="ChirpStack gRPC, HOST:PORT; Schlüssel / key: " + _TOKEN)
@click.option("--grpc-ca", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="CA (PEM).")
@click.option("--plaintext", is_flag=True, help="gRPC ohne / without TLS.")
@click.option("--confirmed", is_flag=True, help="Bestätigung verlangen / ask for an acknowledgement.")
@click.option("--send", is_flag=True, help="Wirklich senden (sonst nur zeigen) / really send (else show only).")
def downlink(
    settings: Settings,
    device: str,
    interval: int | None,
    payload: str | None,
    port: int | None,
    decoder: str,
    source: str | None,
    application: str,
    tts_device: str,
    address: str | None,
    grpc_ca: Path | None,
    *,
    plaintext: bool,
    confirmed: bool,
    send: bool,
) -> None:
    """Einem Gerät etwas mitteilen, etwa sein Meldeintervall / tell a device something, such as its interval."""
    from gateway.downlink.messages import DownlinkError, chirpstack, things_stack
    from gateway.downlink.send import enqueue, publish

    device = device.lower()
    if payload is None:
        decoder = decoder or _decoder(settings, device)
    message, note = _payload(decoder, interval, port, payload)
    message = message._replace(confirmed=confirmed)
    click.echo(f"{device}: fPort {message.port}, {message.payload.hex()}")
    if note:
        click.echo(f"Hinweis / note: {note}", err=True)
    try:
        if address is not None:
            click.echo(f"gRPC {address} DeviceService.Enqueue")
            if send:
                ca = grpc_ca.read_bytes() if grpc_ca is not None else None
                item = asyncio.run(enqueue(address, _token(), device, message, ca=ca, plaintext=plaintext))
                click.echo(f"In der Warteschlange / queued: {item}")
        elif source is not None:
            row = _source(settings, source)
            if tts_device:
                publication = things_stack(row.username or "", tts_device, message)
            else:
                publication = chirpstack(application, device, message)
            click.echo(f"MQTT {row.host}:{row.port} {publication.topic}\n{publication.body.decode()}")
            if send:
                asyncio.run(publish(row, publication))
                click.echo("Gesendet / sent.")
        elif send:
            raise click.UsageError("--send: --source NAME oder / or --grpc HOST:PORT")
    except DownlinkError as error:
        raise click.ClickException(str(error)) from error
    if not send:
        click.echo("Probelauf, nichts gesendet (--send) / dry run, nothing was sent.")


def _source(settings: Settings, name: str) -> Mqtt5Source | Mqtt311Source:
    row = settings.sources.get(name)
    if not isinstance(row, Mqtt5Source | Mqtt311Source):
        raise ConfigError(f"source {name!r} is no configured MQTT source")
    return row


def _token() -> str:
    import os

    token = os.environ.get(_TOKEN, "")
    if not token:
        raise click.UsageError(f"{_TOKEN} ist nicht gesetzt / is not set")
    return token
