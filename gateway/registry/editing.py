"""What a person may change: tenants, owners, sites, devices, where they hang and what is known of them.

Every function checks first and says in words what is wrong; nothing is written before the whole change is right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from gateway.quantities import QUANTITIES
from gateway.registry.change import Change
from gateway.registry.errors import RegistryError
from gateway.registry.model import (
    EVERY,
    Attribute,
    Device,
    Fact,
    Identifier,
    Installation,
    Owner,
    PrivacyClass,
    Site,
    Siting,
    Source,
    Tenant,
)
from gateway.registry.timeline import OPEN, Piece, assign

BERLIN = ZoneInfo("Europe/Berlin")
MAX_ID = 200
LATEST = 4_000_000_000 * 1_000_000_000
"""ns; the year 2096: a later time is a mistake."""
_ID = re.compile(r"\S(?:.*\S)?", re.DOTALL)
_LIMITS = {
    Attribute.EXPECTED: (1.0, 366 * 86400.0),
    Attribute.MODULUS: (1e-9, 2.0**64),
    Attribute.STAMPS_START: (0.0, 1.0),
    Attribute.CAPACITY: (0.0, 1e6),
    Attribute.SENSOR_CLASS: (1.0, 3.0),
    Attribute.FACTOR: (-1e9, 1e9),
    Attribute.SHIFT: (-1e9, 1e9),
}
N = TypeVar("N", Tenant, Owner, Site, Device)


def shown(ns: int | None) -> str:
    """A moment for people: local time, "offen / open" for none."""
    if ns is None:
        return "offen / open"
    if ns == 0:
        return "immer / always"
    return datetime.fromtimestamp(ns // 1_000_000_000, UTC).astimezone(BERLIN).isoformat(" ", "minutes")


def period(start: int, stop: int | None) -> str:
    """An interval for people."""
    return f"[{shown(start)}, {shown(stop)})"


def device_id(text: str) -> str:
    """An id as the pipeline has it: DevEUIs in lower case without separators, other ids as they are."""
    bare = re.sub(r"[-: ]", "", text)
    return bare.lower() if re.fullmatch(r"[0-9A-Fa-f]{16}", bare) else text


def check_interval(start: int, stop: int | None, what: str) -> None:
    """Refuse intervals that end before they begin, and times nobody means."""
    if stop is not None and stop <= start:
        raise RegistryError(
            f"{what}: Gültigkeit {period(start, stop)} endet, bevor sie beginnt",
            f"{what}: validity {period(start, stop)} is upside down, it ends before it begins",
            "stop",
        )
    if not 0 <= start < LATEST or (stop is not None and stop > LATEST):
        raise RegistryError(
            f"{what}: Zeitpunkt außerhalb von 1970 bis 2096", f"{what}: time outside 1970 to 2096", "start"
        )


def _check_id(value: str, what: str) -> None:
    if not _ID.fullmatch(value) or len(value) > MAX_ID or not value.isprintable():
        raise RegistryError(
            f"{what}: {value[:40]!r} ist keine brauchbare Kennung", f"{value[:40]!r} is no usable id", "id"
        )


def _one_of(value: str, allowed: Iterable[str], field: str) -> None:
    choices = list(allowed)
    if value not in choices:
        listed = ", ".join(choices)
        raise RegistryError(f"{value!r} ist nicht eines von {listed}", f"{value!r} is not one of {listed}", field)


class Editing:
    """Changes to the registry within one transaction."""

    def __init__(self, change: Change, decoder_exists: Callable[[str], bool]) -> None:
        """`decoder_exists` tells whether a decoder id is known."""
        self.change = change
        self._decoder_exists = decoder_exists

    # --- tenants, owners, sites

    def save_tenant(self, tenant: Tenant) -> bool:
        """Add a tenant or change what is known of it; returns whether anything differs."""
        return self._save(tenant)

    def save_owner(self, owner: Owner) -> bool:
        """Add an owner or change what is known of it."""
        if owner.tenant:
            self._must(Tenant, owner.tenant, "tenant")
        return self._save(owner)

    def save_site(self, site: Site) -> bool:
        """Add a site or change what is known of it."""
        _one_of(site.siting, Siting, "siting")
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
            self._must(Owner, site.owner, "owner")
        return self._save(site)

    # --- devices

    def save_device(self, device: Device) -> bool:
        """Add a device or change what is known of it."""
        _one_of(device.privacy, PrivacyClass, "privacy")
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
            self._must(Owner, device.owner, "owner")
        if device.source:
            self._must(Source, device.source, "source")
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
        _check_id(identifier.identifier, "Kennung/identifier")
        self._must(Device, identifier.device, "device")
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

    def set_fact(self, fact: Fact, *, clear: bool = False) -> bool:
        """Say what holds for a device in `[fact.start, fact.stop)`; before and after it stays as it was.

        Args:
            fact: the value, and for which channel and quantity it holds.
            clear: take away what is known in that time.
        """
        self._must(Device, fact.device, "device")
        check_interval(fact.start, fact.stop, f"{fact.device} {fact.attribute}")
        _one_of(fact.attribute, Attribute, "attribute")
        low, high = _LIMITS[Attribute(fact.attribute)]
        whole = fact.attribute in {Attribute.SENSOR_CLASS, Attribute.STAMPS_START}
        if not low <= fact.value <= high or (whole and fact.value != int(fact.value)):
            raise RegistryError(
                f"{fact.attribute} {fact.value:g} liegt nicht zwischen {low:g} und {high:g}",
                f"{fact.attribute} {fact.value:g} is not within {low:g} to {high:g}",
                fact.attribute,
            )
        if fact.quantity != EVERY and fact.quantity not in QUANTITIES:
            raise RegistryError(
                f"Größe {fact.quantity!r} ist unbekannt", f"unknown quantity {fact.quantity!r}", "quantity"
            )
        if fact.site:
            self._must(Site, fact.site, "site")
        mine = [each for each in self.change.of_device(Fact, fact.device) if _scope(each) == _scope(fact)]
        before: list[Piece] = [(each.start, _end(each.stop), each.value) for each in mine]
        after = assign(before, fact.start, _end(fact.stop), None if clear else fact.value)
        if after == before:
            return False
        for each in mine:
            self.change.take(each)
        for start, stop, value in after:
            assert isinstance(value, float)
            self.change.put(replace(fact, start=start, stop=None if stop == OPEN else stop, value=value))
        return True

    def calibrate(
        self, device: str, quantity: str, *, factor: float = 1.0, shift: float = 0.0, channel: str = EVERY,
        site: str = "", start: int = 0, stop: int | None = None,
    ) -> None:  # fmt: skip
        """What a device says of `quantity` means `value * factor + shift` in `[start, stop)`.

        With `site` it holds only while the device hangs there; without, wherever it hangs.
        """
        for attribute, value in ((Attribute.FACTOR, factor), (Attribute.SHIFT, shift)):
            self.set_fact(
                Fact(device=device, site=site, channel=channel, quantity=quantity, attribute=attribute, start=start,
                     stop=stop, value=float(value))
            )  # fmt: skip

    def retire(self, device: str, at: int) -> None:
        """Take a device out of service: what hangs of it at `at` ends then."""
        known = self._must(Device, device, "device")
        for each in self.change.of_device(Installation, device):
            if each.start >= at:
                raise RegistryError(
                    f"{device} ist ab {shown(each.start)} an {each.site} installiert, erst danach kann es enden",
                    f"{device} is installed at {each.site} from {shown(each.start)}, it cannot end before that",
                    "stop",
                )
            if each.stop is None or each.stop > at:
                self.change.put(replace(each, stop=at))
        self.change.put(replace(known, retired_at=at))

    # --- installations

    def install(self, new: Installation) -> bool:
        """Hang a device, or one channel of it, at a site in `[start, stop)`.

        Raises:
            RegistryError: it hangs somewhere at that time, is mobile, or the interval is upside down.
        """
        device = self._must(Device, new.device, "device")
        self._must(Site, new.site, "site")
        check_interval(new.start, new.stop, f"{new.device} an/at {new.site}")
        if device.mobile:
            raise RegistryError(
                f"{new.device} ist mobil und hat keinen festen Standort",
                f"{new.device} is mobile: it has no site",
                "site",
            )
        hung = [each for each in self.change.of_device(Installation, new.device) if each.channel == new.channel]
        if new in hung:
            return False
        for each in hung:
            if each.start < _end(new.stop) and new.start < _end(each.stop):
                if each.site == new.site:
                    raise RegistryError(
                        f"{new.device} hängt schon {period(each.start, each.stop)} an {each.site}",
                        f"{new.device} hangs at {each.site} already, {period(each.start, each.stop)}",
                        "start",
                    )
                which = "" if new.channel == EVERY else f" (Kanal/channel {new.channel!r})"
                raise RegistryError(
                    f"{new.device}{which} kann nicht an zwei Standorten zugleich sein: es hängt an {each.site} "
                    f"{period(each.start, each.stop)}, verlangt ist {new.site} {period(new.start, new.stop)}",
                    f"a device cannot be at two sites at once: {each.site} and {new.site} overlap",
                    "site",
                )
        self.change.put(new)
        return True

    def uninstall(self, old: Installation) -> None:
        """Take back an installation that never was."""
        self.change.take(old)

    def end(self, device: str, at: int, channel: str = EVERY) -> Installation:
        """The device is taken down at `at`; returns what it hung at."""
        current = self.installation_at(device, at - 1, channel)
        if current is None:
            raise RegistryError(
                f"{device} hängt {shown(at)} an keinem Standort", f"{device} hangs at no site at {shown(at)}", "stop"
            )
        self.change.put(replace(current, stop=at))
        return current

    def move(self, device: str, site: str, at: int, channel: str = EVERY) -> None:
        """From `at` the device hangs at another site."""
        self._must(Site, site, "site")
        current = self.end(device, at, channel)
        self.install(replace(current, site=site, start=at, stop=current.stop))

    def correct(self, old: Installation, new: Installation) -> bool:
        """Say that an installation was other than noted: site, start, stop or channel."""
        if old == new:
            return False
        if old not in self.change.of_device(Installation, old.device) or old.device != new.device:
            raise RegistryError(f"{old.device}: keine solche Installation", "there is no such installation", "start")
        self.change.take(old)
        return self.install(new)

    def installation_at(self, device: str, moment: int, channel: str = EVERY) -> Installation | None:
        """Where the device hung at a moment."""
        self._must(Device, device, "device")
        for each in self.change.of_device(Installation, device):
            if each.channel == channel and each.start <= moment < _end(each.stop):
                return each
        return None

    # --- common

    def _must(self, type_: type[Any], key: str, field: str) -> Any:
        found = self.change.get(type_, key)
        if found is None:
            raise RegistryError(f"{key!r} ist nicht eingetragen", f"{type_.__name__.lower()} {key!r} is unknown", field)
        return found

    def _save(self, entry: N) -> bool:
        _check_id(entry.id, type(entry).__name__.lower())
        before = self.change.get(type(entry), entry.id)
        self.change.put(entry)
        return before != entry


def _end(stop: int | None) -> int:
    return OPEN if stop is None else stop


def _scope(fact: Fact) -> tuple[str, str, str, str]:
    return fact.site, fact.channel, fact.quantity, fact.attribute
