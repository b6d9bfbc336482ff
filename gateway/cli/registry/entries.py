"""Tenants, owners, sites, devices and their further ids: listed, shown, added, changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import click

from gateway.cli.options import config_option
from gateway.cli.registry.common import change, opened, person, print_table, said, time_text
from gateway.config import Settings

F = TypeVar("F", bound=Callable[..., Any])
_SITING = ("traffic", "background", "industrial", "green", "water", "street", "parking", "roof", "indoor",
           "underground", "other")  # fmt: skip
_PRIVACY = ("public", "internal", "personal")


# --- lists


@click.command()
@config_option
def tenants(settings: Settings) -> None:
    """Alle Mandanten. / All tenants."""
    from gateway.registry.model import Tenant

    with opened(settings) as found:
        print_table(("Mandant / tenant", "Name"), [(row.id, row.name) for row in found.entries(Tenant)])


@click.command()
@config_option
def owners(settings: Settings) -> None:
    """Alle Eigentümer. / All owners."""
    from gateway.registry.model import Owner

    with opened(settings) as found:
        rows = [
            (row.id, row.name, row.tenant or "-", "privat / private" if row.private else "", row.contact)
            for row in found.entries(Owner)
        ]
    print_table(("Eigentümer / owner", "Name", "Mandant / tenant", "Privat", "Kontakt / contact"), rows)


@click.command()
@config_option
def sites(settings: Settings) -> None:
    """Alle Standorte. / All sites."""
    from gateway.registry.model import Site

    with opened(settings) as found:
        rows = [
            (site.id, site.name, site.siting, "privat / private" if site.private else "", site.owner or "-",
             "-" if site.height is None else f"{site.height:g}",
             "-" if site.longitude is None else f"{site.longitude:.6f} {site.latitude:.6f}")
            for site in found.entries(Site)
        ]  # fmt: skip
    print_table(("Standort / site", "Name", "Lage / siting", "Privat", "Eigentümer / owner", "m NHN",
                 "Länge Breite / lon lat"), rows)  # fmt: skip


@click.command()
@config_option
def devices(settings: Settings) -> None:
    """Alle Geräte und wo sie hängen. / All devices and where they hang."""
    from gateway.registry.model import EVERY, Attribute, Device, Fact, Installation

    with opened(settings) as found:
        hung: dict[str, list[str]] = {}
        for each in found.entries(Installation):
            if each.stop is None:
                channel = "" if each.channel == EVERY else f"{each.channel}: "
                hung.setdefault(each.device, []).append(f"{channel}{each.site} ({time_text(each.start)})")
        moving = {
            fact.device for fact in found.entries(Fact)
            if fact.attribute == Attribute.MOBILE and fact.value and fact.stop is None
        }  # fmt: skip
        rows = [
            (row.id, row.name, row.decoder or row.codec or "-", row.source or "-",
             "mobil / mobile" if row.mobile or row.id in moving else "; ".join(hung.get(row.id, ["-"])),
             time_text(row.retired_at))
            for row in found.entries(Device)
        ]  # fmt: skip
    print_table(("Gerät / device", "Name", "Decoder", "Quelle / source", "Standort / site",
                 "außer Dienst / retired"), rows)  # fmt: skip


@click.command()
@config_option
@click.argument("device")
def show(settings: Settings, device: str) -> None:
    """Alles, was von einem Gerät bekannt ist, mit seiner Geschichte. / All that is known of a device."""
    from gateway.registry.change import to_row
    from gateway.registry.checks import device_id
    from gateway.registry.errors import RegistryError
    from gateway.registry.model import Device, Fact, Identifier, Installation

    with opened(settings) as found:
        id_ = device_id(device)
        ids = found.entries(Identifier)
        id_ = next((row.device for row in ids if row.identifier == id_), id_)
        known = next((row for row in found.entries(Device) if row.id == id_), None)
        if known is None:
            raise RegistryError(f"{device!r} ist nicht eingetragen", f"device {device!r} is unknown")
        for name, value in to_row(known).items():
            if value not in ("", None, False):
                click.echo(f"{name}: {time_text(value) if name == 'retired_at' else value}")
        for row in ids:
            if row.device == id_:
                click.echo(f"Kennung / id: {row.identifier} {row.network}".rstrip())
        hung = [row for row in found.entries(Installation) if row.device == id_]
        facts = [row for row in found.entries(Fact) if row.device == id_]
    if hung:
        click.echo()
        print_table(("Standort / site", "Kanal / channel", "von / from", "bis / to", ""),
                    [(row.site, row.channel, time_text(row.start), time_text(row.stop),
                      "Sonderkanal / special" if row.special else "") for row in hung])  # fmt: skip
    if facts:
        click.echo()
        print_table(("Angabe / fact", "Wert / value", "Kanal / channel", "Größe / quantity", "Standort / site",
                     "von / from", "bis / to"),
                    [(row.attribute, f"{row.value:g}", row.channel, row.quantity, row.site or "*",
                      time_text(row.start), time_text(row.stop)) for row in facts])  # fmt: skip


# --- add and change


def _save(settings: Settings, who: str, reason: str, type_: str, id_: str, given: dict[str, Any]) -> None:
    """Add the entry, or change of it what was given."""
    from gateway.registry import model

    kind = getattr(model, type_)
    values = {name: value for name, value in given.items() if value is not None}
    with change(settings, who, reason) as edit:
        known = edit.change.get(kind, id_)
        new = kind(id=id_, **values) if known is None else replace(known, **values)
        said(getattr(edit, f"save_{type_.lower()}")(new), f"{type_.lower()} {id_}")


def _texts(*names: tuple[str, str]) -> Callable[[F], F]:
    """An option for each (name, help) of a text."""

    def add(function: F) -> F:
        for name, words in reversed(names):
            function = click.option(f"--{name.replace('_', '-')}", name, help=words)(function)
        return function

    return add


@click.command()
@config_option
@person
@click.argument("id_", metavar="ID")
@_texts(("name", "Name."))
def tenant(settings: Settings, who: str, reason: str, id_: str, **given: Any) -> None:
    """Einen Mandanten eintragen oder ändern. / Add a tenant or change it."""
    _save(settings, who, reason, "Tenant", id_, given)


@click.command()
@config_option
@person
@click.argument("id_", metavar="ID")
@_texts(("name", "Name."), ("tenant", "Mandant. / Tenant."), ("contact", "Kontakt. / Contact."))
@click.option("--private/--public", "private", default=None, help="Privatperson oder Stelle. / Person or office.")
def owner(settings: Settings, who: str, reason: str, id_: str, **given: Any) -> None:
    """Einen Eigentümer eintragen oder ändern. / Add an owner or change it."""
    _save(settings, who, reason, "Owner", id_, given)


@click.command()
@config_option
@person
@click.argument("id_", metavar="ID")
@_texts(("name", "Name."), ("owner", "Eigentümer. / Owner."), ("note", "Bemerkung. / Note."))
@click.option("--longitude", "--lon", type=float, help="Längengrad, WGS 84. / Degrees.")
@click.option("--latitude", "--lat", type=float, help="Breitengrad, WGS 84. / Degrees.")
@click.option("--height", type=float, help="m über NHN. / m above sea level.")
@click.option("--above-ground", type=float, help="m über Grund. / m above the ground.")
@click.option("--siting", type=click.Choice(_SITING), help="Lage: wofür der Standort steht. / What it stands for.")
@click.option(
    "--private/--public",
    "private",
    default=None,
    help="Bei einer Privatperson: nie als Punkt gezeigt. / Hosted privately: never shown as a point.",
)
def site(settings: Settings, who: str, reason: str, id_: str, **given: Any) -> None:
    """Einen Standort eintragen oder ändern. / Add a site or change it.

    Ein Standort zieht nicht um: Ein anderer Punkt berichtigt einen Irrtum, auch für die Vergangenheit.
    A site does not move: another point corrects a mistake, for the past as well.
    """
    _save(settings, who, reason, "Site", id_, given)


@click.command()
@config_option
@person
@click.argument("id_", metavar="ID")
@_texts(
    ("name", "Name."), ("network", "Netz der Kennung. / Network of the id."), ("decoder", "Decoder."),
    ("codec", "JavaScript-Codec. / JavaScript codec."), ("mapping", "Abbildung des Codecs. / Mapping of the codec."),
    ("brand", "Hersteller. / Maker."), ("model", "Modell. / Model."), ("serial", "Seriennummer. / Serial number."),
    ("source", "Datenquelle. / Data source."), ("owner", "Eigentümer. / Owner."), ("note", "Bemerkung. / Note."),
)  # fmt: skip
@click.option("--privacy", type=click.Choice(_PRIVACY), help="Schutzklasse. / Privacy class.")
@click.option(
    "--always-mobile/--not-mobile",
    "mobile",
    default=None,
    help="Immer mobil (zeitweise: mobile). / Always mobile (for a time: see mobile).",
)
def device(settings: Settings, who: str, reason: str, id_: str, **given: Any) -> None:
    """Ein Gerät eintragen oder ändern. / Add a device or change it."""
    from gateway.registry.checks import device_id

    _save(settings, who, reason, "Device", device_id(id_), given)


@click.command()
@config_option
@person
@click.argument("device")
@click.argument("identifier")
@click.option("--network", default="", help="Netz, das es so nennt. / Network that calls it so.")
@click.option("--remove", is_flag=True, help="Die Kennung gilt nicht mehr. / The id no longer holds.")
def identify(
    settings: Settings, who: str, reason: str, device: str, identifier: str, network: str, remove: bool
) -> None:
    """Eine weitere Kennung, unter der ein Netz das Gerät meldet. / A further id under which a network reports it."""
    from gateway.registry.checks import device_id
    from gateway.registry.errors import RegistryError
    from gateway.registry.model import Identifier

    other, id_ = device_id(identifier), device_id(device)
    with change(settings, who, reason) as edit:
        if not remove:
            edit.identify(Identifier(identifier=other, device=id_, network=network))
            return
        known = edit.change.get(Identifier, other)
        if known is None or known.device != id_:
            raise RegistryError(f"{other} ist keine Kennung von {id_}", f"{other} is no id of {id_}", "identifier")
        edit.unidentify(other)


COMMANDS = (tenants, owners, sites, devices, show, tenant, owner, site, device, identify)
