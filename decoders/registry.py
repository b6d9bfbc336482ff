"""Which decoders there are, and how they are found.

A decoder with the id "vendor-model" lives in `decoders/<vendor>/<model>.py` as `DECODER`; a module with variants of
one layout has `DECODERS`, whose ids all begin with "vendor-model". Modules are imported when they are first asked
for: an id leads to its module by name, only look-ups by foreign names read them all.
"""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path

from decoders.kit import Decoder

_HERE = Path(__file__).parent
_REMEMBERED = 10_000
"""Names come from outside: of look-ups this many are remembered."""
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


@lru_cache(maxsize=_REMEMBERED)
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


@lru_cache(maxsize=_REMEMBERED)
def by_ttn(brand: str, model: str) -> Decoder | None:
    """The decoder for a device of The Things Stack's repository (brand and model, or vendor and codec).

    `model` may end with "@" and a firmware version. Where decoders say for which firmware they are ("brand/model@<2",
    "brand/model@>=2"), it decides; an unknown version takes the decoder that names none, or else the newest one's.
    """
    names = _names()[0]
    plain, _, firmware = model.lower().partition("@")
    name = f"{brand.lower()}/{plain}".removesuffix("-codec")
    while (found := names.get(name)) is None and (shorter := _BAND.sub("", name)) != name:
        name = shorter
    return _of_firmware(found, firmware) if found else None


def _of_firmware(candidates: Mapping[str, Decoder], firmware: str) -> Decoder | None:
    """The decoder whose condition ("<2", ">=2.1", "" for any) holds for a firmware version."""
    version = _version(firmware)
    if version:
        for condition, decoder in candidates.items():
            limit = _version(condition)
            if (condition.startswith("<") and version < limit) or (condition.startswith(">=") and version >= limit):
                return decoder
    newest = max((c for c in candidates if c.startswith(">=")), key=_version, default="")
    return candidates.get("") or candidates.get(newest)


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d{1,9}", text)[:4])


@lru_cache(maxsize=_REMEMBERED)
def by_profile(name: str) -> Decoder | None:
    """The decoder for a ChirpStack device profile: its name, whatever case, blanks or hyphens; without the band."""
    names = _names()[1]
    key = name.strip().lower().replace(" ", "-")
    while (found := names.get(_plain(key))) is None and (shorter := _BAND.sub("", key)) != key:
        key = shorter
    return found


@cache
def _names() -> tuple[dict[str, dict[str, Decoder]], dict[str, Decoder]]:
    """Foreign names → decoder (The Things Stack's: by firmware); a name that two decoders claim leads to neither."""
    ttn: dict[str, list[Decoder]] = {}
    profiles: dict[str, list[Decoder]] = {}
    for decoder in all_decoders().values():
        for name in decoder.identifiers.get("ttn", ()):
            ttn.setdefault(name.lower(), []).append(decoder)
        own = (f"{decoder.vendor} {decoder.model}", *decoder.identifiers.get("chirpstack", ()))
        for name in {_plain(name) for name in own}:
            profiles.setdefault(name, []).append(decoder)
    models: dict[str, dict[str, Decoder]] = {}
    for name, decoder in _clear(ttn):
        model, _, condition = name.partition("@")
        models.setdefault(model, {})[condition] = decoder
    return models, dict(_clear(profiles))


def _clear(names: dict[str, list[Decoder]]) -> Iterator[tuple[str, Decoder]]:
    return ((name, found[0]) for name, found in names.items() if len(found) == 1)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
