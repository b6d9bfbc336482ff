"""The onboarding gate: what a data source must say before its data may be published, and who said yes.

    proposed ──approve──► approved ──activate──► active ──retire──► retired

A changed purpose, legal basis, controller, privacy class, DPIA or extent of publication needs a new approval.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from gateway.quantities import QUANTITIES
from gateway.registry.change import Change
from gateway.registry.errors import RegistryError
from gateway.registry.model import EVERY, Level, Owner, PrivacyClass, Source, Status

APPROVED = ("purpose", "legal_basis", "controller", "privacy", "dpia", "publication")
"""What an approval is about."""
_PEOPLE = frozenset({"status", "proposed_by", "proposed_at", "approved_by", "approved_at", "active_at", "retired_at",
                     "changed_at"})  # fmt: skip
_WORDS = frozenset(field.name for field in fields(Source)) - _PEOPLE
_THEME = re.compile(r"[A-Z]{4}")


def read_source(path: Path) -> Source:
    """A source described in a TOML file; raises RegistryError naming file and key."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RegistryError(f"{path} ist nicht lesbar", f"{path}: {error}") from error
    unknown = raw.keys() - _WORDS
    if unknown or "id" not in raw:
        what = ", ".join(sorted(unknown)) or "id fehlt / id is missing"
        raise RegistryError(f"{path}: {what}", f"{path}: known are {', '.join(sorted(_WORDS))}")
    values: dict[str, Any] = {}
    for name, value in raw.items():
        if name == "publication":
            if not isinstance(value, Mapping):
                raise RegistryError(f"{path}: publication", f'{path}: publication is a table, "*" = "quartier"', name)
            values[name] = tuple(sorted((str(quantity), str(level)) for quantity, level in value.items()))
        elif name in {"keywords", "themes"}:
            values[name] = tuple(map(str, value))
        else:
            values[name] = str(value)
    return Source(**values)


def propose(change: Change, new: Source) -> Source:
    """Add a source, or change what is known of it; what approval is about sends it back to `proposed`."""
    _check(change, new)
    old = change.get(Source, new.id)
    if old is None:
        saved = replace(
            new, status=Status.PROPOSED, proposed_by=change.who, proposed_at=change.at, changed_at=change.at
        )
        change.put(saved)
        return saved
    saved = replace(old, **{name: getattr(new, name) for name in _WORDS})
    if saved == old:
        return old
    if any(getattr(saved, name) != getattr(old, name) for name in APPROVED) and old.status != Status.RETIRED:
        saved = replace(saved, status=Status.PROPOSED, proposed_by=change.who, proposed_at=change.at, approved_by="",
                        approved_at=None, active_at=None)  # fmt: skip
    saved = replace(saved, changed_at=change.at)
    change.put(saved)
    return saved


def approve(change: Change, id_: str) -> Source:
    """Say yes to a proposed source. Whoever proposed it does not approve it."""
    source = _step(change, id_, Status.PROPOSED)
    missing = [name for name in ("purpose", "legal_basis", "controller") if not getattr(source, name).strip()]
    if source.privacy == PrivacyClass.PERSONAL and not source.dpia.strip():
        missing.append("dpia")
    if missing:
        listed = ", ".join(missing)
        raise RegistryError(
            f"Quelle {id_}: vor der Freigabe fehlt {listed}", f"source {id_}: {listed} missing", missing[0]
        )
    if source.proposed_by == change.who:
        raise RegistryError(
            f"Vier-Augen-Regel: {change.who} hat die Quelle {id_} vorgeschlagen und gibt sie nicht frei",
            f"{change.who} proposed the source {id_} and cannot approve it",
        )
    return _set(change, source, status=Status.APPROVED, approved_by=change.who, approved_at=change.at)


def activate(change: Change, id_: str) -> Source:
    """An approved source goes into operation."""
    return _set(change, _step(change, id_, Status.APPROVED), status=Status.ACTIVE, active_at=change.at)


def retire_source(change: Change, id_: str) -> Source:
    """A source ends: nothing new of it is published."""
    source = _step(change, id_, Status.PROPOSED, Status.APPROVED, Status.ACTIVE)
    return _set(change, source, status=Status.RETIRED, retired_at=change.at)


def _set(change: Change, source: Source, **values: Any) -> Source:
    saved = replace(source, changed_at=change.at, **values)
    change.put(saved)
    return saved


def _step(change: Change, id_: str, *allowed: Status) -> Source:
    source = change.get(Source, id_)
    if source is None:
        raise RegistryError(f"Quelle {id_!r} ist nicht eingetragen", f"source {id_!r} is unknown", "source")
    if source.status not in allowed:
        listed = ", ".join(allowed)
        raise RegistryError(
            f"Quelle {id_} ist {source.status}, nicht {listed}",
            f"source {id_} is {source.status}, not {listed}",
            "status",
        )
    return source


def _check(change: Change, source: Source) -> None:
    if not source.id or not source.title:
        raise RegistryError("Kennung und Titel sind nötig", "id and title are needed", "title")
    if source.privacy not in set(PrivacyClass):
        listed = ", ".join(PrivacyClass)
        raise RegistryError(f"{source.privacy!r} ist nicht eines von {listed}", f"is not one of {listed}", "privacy")
    for quantity, level in source.publication:
        if quantity != EVERY and quantity not in QUANTITIES:
            raise RegistryError(f"Größe {quantity!r} ist unbekannt", f"unknown quantity {quantity!r}", "publication")
        if level not in set(Level):
            listed = ", ".join(Level)
            raise RegistryError(f"{level!r} ist nicht eines von {listed}", f"is not one of {listed}", "publication")
    if source.licence and not source.licence.startswith("http://dcat-ap.de/def/licenses/"):
        raise RegistryError(
            f"{source.licence}: keine Lizenz aus http://dcat-ap.de/def/licenses/", "no licence of DCAT-AP.de", "licence"
        )
    for theme in source.themes:
        if not _THEME.fullmatch(theme):
            raise RegistryError(f"{theme!r} ist kein EU-Thema wie ENVI", f"{theme!r} is no EU data theme", "themes")
    if source.owner and change.get(Owner, source.owner) is None:
        raise RegistryError(f"{source.owner!r} ist nicht eingetragen", f"owner {source.owner!r} is unknown", "owner")
