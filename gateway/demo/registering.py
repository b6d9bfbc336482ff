"""Enters the demo city into the registry as a city would: owners, sources with their approval, sites, devices."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from gateway.config import Settings
from gateway.demo.chance import noise
from gateway.demo.city import City, SimulatedDevice
from gateway.model import SECOND_NS
from gateway.registry.model import Attribute, Device, Fact, Installation, Owner, Site, Siting, Source
from gateway.registry.opening import create_file
from gateway.registry.service import Edit, Registry

PROPOSES, APPROVES = "Demo: Fachamt", "Demo: Datenschutz"
"""Who proposes a source does not approve it."""
_HALF_TILE = (0.0042, 0.0026)
"""Degrees between a tile's middle and sites in it, at most."""


def register(city: City, settings: Settings) -> int:
    """Enter everything that is not there yet; returns the number of devices."""
    registry = Registry(create_file(settings))
    try:
        found = sources()
        with registry.change(PROPOSES, "Demo-Stadt, erfunden / demo city, invented") as edit:
            edit.save_owner(Owner(id="stadt", name="Stadt Wuppertal (Demo)"))
            edit.save_owner(Owner(id="haushalte", name="Haushalte (Demo)", private=True))
            for source, _ in found:
                edit.propose(source)
            _devices(edit, city, {source.id: source.privacy for source, _ in found})
        with registry.change(APPROVES, "Demo-Stadt, erfunden / demo city, invented") as edit:
            for source, state in found:
                known = registry.source(source.id)
                if state == "active" and known is not None and known.status == "proposed":
                    edit.approve(source.id)
                    edit.activate(source.id)
    finally:
        registry.close()
    return len(city.devices)


def sources() -> list[tuple[Source, str]]:
    """The data sources, each with the state it is to have: "active" or "proposed"."""
    rows: dict[str, dict[str, Any]] = tomllib.loads(
        files(__package__).joinpath("sources.toml").read_text(encoding="utf-8")
    )
    found = []
    for id_, row in rows.items():
        state = row.get("state", "active")
        publication = tuple(sorted(row["publication"].items()))
        source = Source(
            id=id_, owner="stadt", title=row["title"], purpose=row["purpose"], privacy=row.get("privacy", "public"),
            dpia=row.get("dpia", ""), publication=publication, keywords=tuple(row["keywords"]),
            themes=tuple(row["themes"]), legal_basis="Demo: keine, alles ist erfunden",
            controller="Demo: Fachamt der Stadt", contact="demo@example.org",
            description="Erfundene Werte der Demo-Stadt / invented values of the demo city",
            licence="http://dcat-ap.de/def/licenses/cc-zero",
        )  # fmt: skip
        found.append((source, state))
    return found


def _devices(edit: Edit, city: City, privacy: Mapping[str, str]) -> None:
    """Sites first, then what hangs there since the history begins; `privacy` by source."""
    start = int(city.ago(1)) * SECOND_NS - 86400 * SECOND_NS
    for device in city.devices:
        edit.save_site(_site(device))
        kind = device.kind
        private = kind.private
        edit.save_device(
            Device(
                id=device.id, name=device.name, network="lorawan" if kind.decoder else "mqtt", decoder=kind.decoder,
                source=kind.source, owner="haushalte" if private else "stadt",
                privacy=privacy[kind.source], note="erfunden / invented",
            )
        )  # fmt: skip
        edit.install(Installation(device=device.id, start=start, site=device.site))
        for channel in kind.probes:
            edit.install(
                Installation(device=device.id, channel=channel, start=start, site=device.site, special=True)
            )  # fmt: skip
        facts = {
            Attribute.EXPECTED: kind.interval, Attribute.MODULUS: kind.modulus,
            Attribute.SENSOR_CLASS: kind.sensor_class, Attribute.CAPACITY: kind.capacity,
        }  # fmt: skip
        for attribute, value in facts.items():
            if value:
                edit.set_fact(Fact(device=device.id, attribute=attribute, start=start, value=float(value)))


def _site(device: SimulatedDevice) -> Site:
    place, siting = device.place, device.kind.siting
    private = device.kind.private
    id_ = device.site
    return Site(
        id=id_, name=f"{place.name}, {SITINGS[siting]}" + (f" {device.serial + 1}" if device.serial else ""),
        longitude=round(place.longitude + _HALF_TILE[0] * noise(f"{id_} x"), 6),
        latitude=round(place.latitude + _HALF_TILE[1] * noise(f"{id_} y"), 6),
        height=place.height + (15 if siting is Siting.ROOF else 0), above_ground=15 if siting is Siting.ROOF else 3,
        siting=siting, private=private, owner="haushalte" if private else "stadt", note="erfunden / invented",
    )  # fmt: skip


SITINGS = {
    Siting.BACKGROUND: "Wohngebiet", Siting.TRAFFIC: "Hauptstraße", Siting.STREET: "Straße", Siting.GREEN: "Park",
    Siting.WATER: "Ufer", Siting.PARKING: "Parkraum", Siting.ROOF: "Dach", Siting.INDOOR: "Gebäude",
    Siting.UNDERGROUND: "Keller",
}  # fmt: skip
