"""Where devices hang: install, take down, move, correct, retire; when they are mobile."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from gateway.cli.options import Moment, config_option
from gateway.cli.registry.common import change, channel_option, interval, person, said
from gateway.config import Settings


@click.command()
@config_option
@person
@click.argument("device")
@click.argument("site")
@interval
@channel_option
@click.option("--special", is_flag=True, help="Sonderkanal: zählt in keinem Gebiet. / Part of no area.")
@click.option("--quantity", help="Größe, für die Faktor und Versatz gelten. / Quantity of factor and offset.")
@click.option("--factor", type=float, default=1.0, show_default=True, help="Kalibrierung: Wert · Faktor + Versatz.")
@click.option("--offset", type=float, default=0.0, show_default=True)
def install(
    settings: Settings, who: str, reason: str, device: str, site: str, start: int, stop: int | None, channel: str,
    special: bool, quantity: str | None, factor: float, offset: float,
) -> None:  # fmt: skip
    """Ein Gerät hängt an einem Standort. / A device hangs at a site."""
    from gateway.registry.checks import device_id
    from gateway.registry.model import Installation

    if quantity is None and (factor, offset) != (1.0, 0.0):
        raise click.UsageError("--factor, --offset: --quantity fehlt / is missing")
    with change(settings, who, reason) as edit:
        id_ = device_id(device)
        edit.install(Installation(device=id_, channel=channel, site=site, start=start, stop=stop, special=special))
        if quantity is not None:
            edit.calibrate(
                id_, quantity, factor=factor, shift=offset, channel=channel, site=site, start=start, stop=stop
            )


@click.command()
@config_option
@person
@click.argument("device")
@click.argument("site")
@click.option("--at", "at", type=Moment(), required=True, help="Wann (auch in der Vergangenheit). / When.")
@channel_option
def move(settings: Settings, who: str, reason: str, device: str, site: str, at: int, channel: str) -> None:
    """Ein Gerät zieht um. / A device moves to another site."""
    from gateway.registry.checks import device_id

    with change(settings, who, reason) as edit:
        edit.move(device_id(device), site, at, channel)


@click.command()
@config_option
@person
@click.argument("device")
@click.option("--at", "at", type=Moment(), default="now", help="Wann. / When.")
def retire(settings: Settings, who: str, reason: str, device: str, at: int) -> None:
    """Ein Gerät geht außer Dienst. / A device goes out of service."""
    from gateway.registry.checks import device_id

    with change(settings, who, reason) as edit:
        edit.retire(device_id(device), at)


@click.command()
@config_option
@person
@click.argument("device")
@click.option("--at", "at", type=Moment(), default="now", show_default="jetzt / now", help="Wann. / When.")
@channel_option
def end(settings: Settings, who: str, reason: str, device: str, at: int, channel: str) -> None:
    """Ein Gerät wird abgenommen. / A device is taken down."""
    from gateway.registry.checks import device_id

    with change(settings, who, reason) as edit:
        edit.end(device_id(device), at, channel)


@click.command()
@config_option
@person
@click.argument("device")
@click.option(
    "--at",
    "at",
    type=Moment(),
    default="now",
    show_default="jetzt / now",
    help="Ein Zeitpunkt, zu dem es dort hing. / Any time at which it hung there.",
)
@channel_option
@click.option("--from", "start", type=Moment(), help="In Wahrheit ab. / In truth since.")
@click.option("--to", "stop", type=Moment(), help="In Wahrheit bis. / In truth until.")
@click.option("--open", "open_", is_flag=True, help="In Wahrheit hängt es noch. / In truth it hangs there still.")
@click.option("--site", help="In Wahrheit an diesem Standort. / In truth at this site.")
@click.option("--never", is_flag=True, help="In Wahrheit nie. / In truth never.")
def correct(
    settings: Settings, who: str, reason: str, device: str, at: int, channel: str, start: int | None,
    stop: int | None, open_: bool, site: str | None, never: bool,
) -> None:  # fmt: skip
    """Eine falsch eingetragene Installation berichtigen. / Correct an installation that was noted wrongly."""
    from gateway.registry.checks import device_id, shown
    from gateway.registry.errors import RegistryError

    with change(settings, who, reason) as edit:
        id_ = device_id(device)
        old = edit.installation_at(id_, at, channel)
        if old is None:
            raise RegistryError(f"{id_} hängt {shown(at)} an keinem Standort", f"hangs at no site at {shown(at)}", "at")
        if never:
            edit.uninstall(old)
            return
        truth: dict[str, Any] = {"start": start, "stop": stop, "site": site}
        new = replace(old, **{name: value for name, value in truth.items() if value is not None})
        edit.correct(old, replace(new, stop=None) if open_ else new)


@click.command()
@config_option
@person
@click.argument("device")
@interval
@click.option("--clear", is_flag=True, help="In dieser Zeit nicht mobil. / Not mobile in that time.")
def mobile(settings: Settings, who: str, reason: str, device: str, start: int, stop: int | None, clear: bool) -> None:
    """Wann ein Gerät mobil ist; dann hängt es nirgends. / When a device is mobile; it hangs nowhere then."""
    from gateway.registry.checks import device_id
    from gateway.registry.model import Attribute, Fact

    with change(settings, who, reason) as edit:
        fact = Fact(device=device_id(device), attribute=Attribute.MOBILE, start=start, stop=stop, value=1.0)
        said(edit.set_fact(fact, clear=clear), device)


COMMANDS = (install, end, move, correct, retire, mobile)
