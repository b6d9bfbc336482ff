"""Tenants, owners, sites, devices and their ids: added and changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from gateway.registry.change import Change
from gateway.registry.checks import check_id, device_id, one_of
from gateway.registry.errors import RegistryError
from gateway.registry.model import (
    Device,
    Identifier,
    Installation,
    Owner,
    PrivacyClass,
    Site,
    Siting,
    Source,
    Tenant,
)

N = TypeVar("N", Tenant, Owner, Site, Device)


class Entries:
    """Changes of what exists, within one transaction."""

    def __init__(self, change: Change, decoder_exists: Callable[[str], bool]) -> None:
        """`decoder_exists` tells whether a decoder id is known."""
        self.change = change
        self._decoder_exists = decoder_exists

    def save_tenant(self, tenant: Tenant) -> bool:
        """Add a tenant or change what is known of it; returns whether anything differs."""
        return self._save(tenant)

    def save_owner(self, owner: Owner) -> bool:
        """Add an owner or change what is known of it."""
        if owner.tenant:
            self.must(Tenant, owner.tenant, "tenant")
        return self._save(owner)

    def save_site(self, site: Site) -> bool:
        """Add a site or change what is known of it."""
        one_of(site.siting, Siting, "siting")
        if (site.longitude is None) != (site.latitude is None):
            field = "longitude" if site.longitude is None else "latitude"
            raise RegistryError(f"{site.id}: Punkt unvollständig", "the point is incomplete", field)
        for field, low, high in (
            ("longitude", -180, 180), ("latitude", -90, 90), ("height", -500, 9000), ("above_ground", -200, 1000),
        ):  # fmt: skip
            value = getattr(site, field)
            if value is not None and not low <= value <= high:
                raise RegistryError(
                    f"{value} liegt nicht zwischen {low} und {high}", f"{value} is not within {low} to {high}", field
                )
        if site.owner:
            self.must(Owner, site.owner, "owner")
        return self._save(site)

    def save_device(self, device: Device) -> bool:
        """Add a device or change what is known of it."""
        one_of(device.privacy, PrivacyClass, "privacy")
        if device.id != device_id(device.id):
            raise RegistryError(
                f"{device.id}: eine DevEUI wird klein geschrieben", "write a DevEUI in lower case", "id"
            )
        if device.decoder and not self._decoder_exists(device.decoder):
            raise RegistryError(
                f"Decoder {device.decoder!r} gibt es nicht", f"decoder {device.decoder!r} does not exist", "decoder"
            )
        if device.codec and device.decoder:
            raise RegistryError("Decoder oder Codec, nicht beides", "either a decoder or a codec", "codec")
        if device.mapping and not device.codec:
            raise RegistryError("eine Abbildung gehört zu einem Codec", "a mapping belongs to a codec", "mapping")
        if device.owner:
            self.must(Owner, device.owner, "owner")
        if device.source:
            self.must(Source, device.source, "source")
        if device.mobile and (hung := self.change.of_device(Installation, device.id)):
            raise RegistryError(
                f"{device.id} ist an {hung[-1].site} installiert und kann nicht mobil sein",
                f"{device.id} is installed at {hung[-1].site} and cannot be mobile",
                "mobile",
            )
        other = self.change.get(Identifier, device.id)
        if other is not None and other.device != device.id:
            raise RegistryError(
                f"{device.id} ist schon eine Kennung von {other.device}", f"is already an id of {other.device}", "id"
            )
        return self._save(device)

    def identify(self, identifier: Identifier) -> None:
        """Say under which other id a network reports a device."""
        check_id(identifier.identifier, "Kennung/identifier")
        self.must(Device, identifier.device, "device")
        taken = self.change.get(Identifier, identifier.identifier)
        if taken is None and self.change.get(Device, identifier.identifier) is not None:
            taken = Identifier(identifier=identifier.identifier, device=identifier.identifier)
        if taken is not None and taken.device != identifier.device:
            raise RegistryError(
                f"{identifier.identifier} gehört schon zu {taken.device}",
                f"{identifier.identifier} belongs to {taken.device} already",
                "identifier",
            )
        self.change.put(identifier)

    def unidentify(self, identifier: str) -> None:
        """No network reports a device under this further id; its own id stays."""
        self.change.take(self.must(Identifier, identifier, "identifier"))

    def must(self, type_: type[Any], key: str, field: str) -> Any:
        """The entry with this key; refuses, naming `field`, when there is none."""
        found = self.change.get(type_, key)
        if found is None:
            raise RegistryError(f"{key!r} ist nicht eingetragen", f"{type_.__name__.lower()} {key!r} is unknown", field)
        return found

    def _save(self, entry: N) -> bool:
        check_id(entry.id, type(entry).__name__.lower())
        before = self.change.get(type(entry), entry.id)
        self.change.put(entry)
        return before != entry
