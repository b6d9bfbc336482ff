"""What one row of a table changes in the registry: each kind of row has its way, and says what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any

from gateway.areas.model import transformer
from gateway.registry.columns import DEVICE_FACTS, KindOfTable
from gateway.registry.errors import RegistryError
from gateway.registry.model import EVERY, Device, Fact, Installation, Site
from gateway.registry.service import Edit


class Outcome(StrEnum):
    """What became of a row."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


def _site(edit: Edit, values: dict[str, Any]) -> Outcome:
    east, north = values.pop("east", None), values.pop("north", None)
    if east is not None or north is not None:
        if east is None or north is None:
            raise RegistryError("Ost- und Nordwert gehören zusammen", "east and north belong together", "east")
        if not (200_000 <= east <= 900_000 and 5_200_000 <= north <= 6_200_000):
            raise RegistryError(
                f"{east:.0f}, {north:.0f} liegt nicht in EPSG:25832", "not within EPSG:25832 (Germany)", "east"
            )
        values["longitude"], values["latitude"] = transformer(25832, 4326).transform(east, north)
    old = edit.change.get(Site, values["id"])
    return _outcome(old, edit.save_site(replace(old, **values) if old else Site(**values)))


def _device(edit: Edit, values: dict[str, Any]) -> Outcome:
    facts = {name: values.pop(name) for name in DEVICE_FACTS if name in values}
    valid_from = values.pop("valid_from", None)
    place: dict[str, Any] = {name: values.pop(name) for name in ("site", "channel", "start", "stop") if name in values}
    old = edit.change.get(Device, values["id"])
    differs = edit.save_device(replace(old, **values) if old else Device(**values))
    for name, value in facts.items():
        differs |= _fact(edit, values["id"], name, float(value), valid_from)
    if "site" in place:
        differs |= _hang(edit, values["id"], place)
    elif place:
        raise RegistryError(
            "ohne Standort gilt kein Von, Bis, Kanal", "from, to, channel need a site", next(iter(place))
        )
    return _outcome(old, differs)


def _fact(edit: Edit, device: str, attribute: str, value: float, valid_from: int | None) -> bool:
    known = [
        fact for fact in edit.change.of_device(Fact, device)
        if (fact.site, fact.channel, fact.quantity, fact.attribute) == ("", EVERY, EVERY, attribute)
    ]  # fmt: skip
    if valid_from is None:
        current = known[-1] if known else None
        if current is not None and current.stop is None and current.value == value:
            return False
        if len(known) > 1:
            raise RegistryError(
                f"{attribute} von {device} hat eine Geschichte: ab wann gilt der neue Wert (Spalte „Gültig ab“)?",
                f"{attribute} of {device} has a history: say from when the new value holds",
                attribute,
            )
    return edit.set_fact(Fact(device=device, attribute=attribute, start=valid_from or 0, value=value))


def _hang(edit: Edit, device: str, place: Mapping[str, Any]) -> bool:
    """Make the registry say what the row says: a known installation is kept or ended, a new one added."""
    channel = place.get("channel", EVERY)
    hung = [each for each in edit.change.of_device(Installation, device) if each.channel == channel]
    for each in hung:
        same_start = place.get("start") in {None, each.start}
        if each.site == place["site"] and same_start and ("start" in place or each is hung[-1]):
            special = place.get("special", each.special)
            stop = place.get("stop", each.stop)
            return edit.correct(each, replace(each, stop=stop, special=special))
    return edit.install(
        Installation(device=device, channel=channel, site=place["site"], start=place.get("start", 0),
                     stop=place.get("stop"), special=place.get("special", False))
    )  # fmt: skip


def _installation(edit: Edit, values: dict[str, Any]) -> Outcome:
    device, quantity = values["device"], values.get("quantity")
    before = list(edit.change.of_device(Installation, device))
    facts = list(edit.change.of_device(Fact, device))
    if quantity is None and ("factor" in values or "shift" in values):
        raise RegistryError("zu Faktor und Versatz gehört die Größe", "factor and offset need a quantity", "quantity")
    _hang(edit, device, values)
    if quantity is not None:
        edit.calibrate(
            device, quantity, factor=values.get("factor", 1.0), shift=values.get("shift", 0.0),
            channel=values.get("channel", EVERY), site=values["site"], start=values.get("start", 0),
            stop=values.get("stop"),
        )  # fmt: skip
    after = edit.change.of_device(Installation, device)
    if len(after) > len(before):
        return Outcome.ADDED
    same = after == before and edit.change.of_device(Fact, device) == facts
    return Outcome.UNCHANGED if same else Outcome.CHANGED


def _outcome(old: object, differs: bool) -> Outcome:
    return Outcome.ADDED if old is None else Outcome.CHANGED if differs else Outcome.UNCHANGED


TAKE: Mapping[KindOfTable, Callable[[Edit, dict[str, Any]], Outcome]] = {
    "sites": _site, "devices": _device, "installations": _installation,
}  # fmt: skip
"""How a row's values by field are taken over; raises RegistryError naming the field."""
