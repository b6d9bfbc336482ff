"""docs/decoders.md: what the decoders say of themselves, as a page."""

from __future__ import annotations

import re

from decoders import downlinks, registry, vectors
from decoders.kit import Decoder

_BREAKS = re.compile(r"[|\n]")
_TABLE = "| device | id | fPort | quantities | vectors | source |\n|---|---|---|---|---|---|\n"
_HEAD = """\
# Devices

{count} devices of {vendors} makers, {vectors} test vectors. This page is generated: `gateway decoders page`.

A device is chosen by the registry, the tag `decoder`, brand and model of The Things Stack, or the name of its
ChirpStack profile. Devices that are not here can be read by their makers' own codecs (`codec` in the fleet's file).

- fPort: where nothing stands, any.
- Quantities: as in `gateway/vocabulary.toml`, with the unit that the device sends; channels in brackets.
- ↓: the reporting interval can be set with `gateway downlink`.
"""


def page() -> str:
    """The page as Markdown."""
    decoders = registry.all_decoders()
    numbers = _numbers()
    parts = [
        _HEAD.format(
            count=len(decoders),
            vendors=len({decoder.vendor for decoder in decoders.values()}),
            vectors=sum(len(vectors.read(prefix)) for prefix in registry.modules()),
        )
    ]
    for vendor in sorted({decoder.vendor for decoder in decoders.values()}, key=str.lower):
        parts.append(
            f"\n## {vendor}\n\n| device | id | fPort | quantities | vectors | source |\n|---|---|---|---|---|---|\n"
        )
        parts += [_row(decoder, numbers[decoder.id]) for decoder in decoders.values() if decoder.vendor == vendor]
    return "".join(parts)


def _numbers() -> dict[str, int]:
    found = dict.fromkeys(registry.all_decoders(), 0)
    for prefix in registry.modules():
        for vector in vectors.read(prefix):
            for id_ in vector.decoders:
                found[id_] += 1
    return found


def _row(decoder: Decoder, number: int) -> str:
    ports = ", ".join(map(str, decoder.ports)) if len(decoder.ports) <= 8 else f"{decoder.ports[0]}-{decoder.ports[-1]}"
    mark = " ↓" if downlinks.interval(decoder.id) else ""
    cells = (f"{decoder.model}{mark}", f"`{decoder.id}`", ports, _quantities(decoder), str(number), decoder.source)
    return f"| {' | '.join(_BREAKS.sub(' ', cell) for cell in cells)} |\n"


def _quantities(decoder: Decoder) -> str:
    """Each quantity once, with its unit and channels."""
    found: dict[tuple[str, str], list[str]] = {}
    for quantity, unit, channel in decoder.quantities:
        found.setdefault((quantity, unit), []).append(channel)
    words = []
    for (quantity, unit), channels in found.items():
        named = [channel for channel in channels if channel]
        some = ", ".join(named[:4]) + (", …" if len(named) > 4 else "")
        words.append(quantity + (f" {unit}" if unit not in ("", "1") else "") + (f" ({some})" if named else ""))
    return ", ".join(words)
