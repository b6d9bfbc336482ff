"""Which decoders there are, and how they are found.

A decoder with the id "vendor-model" lives in `decoders/<vendor>/<model>.py` as `DECODER`; a module with variants of
one layout has `DECODERS`, whose ids all begin with "vendor-model". Modules are imported when they are first asked
for: an id leads to its module by name, only look-ups by foreign names read them all.
"""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

from decoders.kit import Decoder

_HERE = Path(__file__).parent
_NOT_VENDORS = {"kit", "ts013"}
_BAND = re.compile(r"[-_](?:(?:eu|us|au|as|cn|in|kr|ru)[-_]?)?(?:433|470|779|863|865|868|915|920|923|2g4)m?(?:hz)?$")


class RegistryError(Exception):
    """Two decoders claim one id, or a module is not what its name says."""


@cache
def modules() -> dict[str, str]:
    """Id prefix "vendor-model" → module name, without importing anything."""
    found = {}
    for vendor in sorted(entry.name for entry in pkgutil.iter_modules([str(_HERE)]) if entry.ispkg):
        if vendor in _NOT_VENDORS:
            continue
        for entry in pkgutil.iter_modules([str(_HERE / vendor)]):
            if not entry.name.startswith("_") and not entry.ispkg:
                found[f"{vendor}-{entry.name}".replace("_", "-")] = f"decoders.{vendor}.{entry.name}"
    return found


@cache
def load(prefix: str) -> tuple[Decoder, ...]:
    """The decoders of one module of `modules()`."""
    module = import_module(modules()[prefix])
    found = getattr(module, "DECODERS", None) or (module.DECODER,)
    for decoder in found:
        if not (decoder.id == prefix or decoder.id.startswith(f"{prefix}-")):
            raise RegistryError(f"{module.__name__}: id {decoder.id} does not begin with {prefix}")
    return tuple(found)


@cache
def by_id(id_: str) -> Decoder | None:
    """The decoder with this id, None when there is none."""
    prefix = id_
    while prefix:
        if prefix in modules():
            for decoder in load(prefix):
                if decoder.id == id_:
                    return decoder
        prefix = prefix.rpartition("-")[0]
    return None


@cache
def all_decoders() -> dict[str, Decoder]:
    """Every decoder by id, in alphabetical order.

    Raises:
        RegistryError: two have the same id.
    """
    found: dict[str, Decoder] = {}
    for prefix in modules():
        for decoder in load(prefix):
            if decoder.id in found:
                raise RegistryError(f"two decoders have the id {decoder.id}")
            found[decoder.id] = decoder
    return dict(sorted(found.items()))


def by_ttn(brand: str, model: str) -> Decoder | None:
    """The decoder for a device of The Things Stack's repository (brand and model, or vendor and codec)."""
    names = _names()[0]
    name = f"{brand}/{model}".lower().removesuffix("-codec")
    while (found := names.get(name)) is None and (shorter := _BAND.sub("", name)) != name:
        name = shorter
    return found


def by_profile(name: str) -> Decoder | None:
    """The decoder for a ChirpStack device profile: its name, whatever case, blanks or hyphens; without the band."""
    names = _names()[1]
    key = name.strip().lower().replace(" ", "-")
    while (found := names.get(_plain(key))) is None and (shorter := _BAND.sub("", key)) != key:
        key = shorter
    return found


@cache
def _names() -> tuple[dict[str, Decoder], dict[str, Decoder]]:
    """Foreign names → decoder; a name that two decoders claim leads to neither."""
    ttn: dict[str, list[Decoder]] = {}
    profiles: dict[str, list[Decoder]] = {}
    for decoder in all_decoders().values():
        for name in decoder.identifiers.get("ttn", ()):
            ttn.setdefault(name.lower(), []).append(decoder)
        own = (f"{decoder.vendor} {decoder.model}", *decoder.identifiers.get("chirpstack", ()))
        for name in {_plain(name) for name in own}:
            profiles.setdefault(name, []).append(decoder)
    return dict(_clear(ttn)), dict(_clear(profiles))


def _clear(names: dict[str, list[Decoder]]) -> Iterator[tuple[str, Decoder]]:
    return ((name, found[0]) for name, found in names.items() if len(found) == 1)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
