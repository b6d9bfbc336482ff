"""Which decoder reads a device's payload: the registry's word first, then what the network server says of it.

Order: registry entry, tag `decoder`, The Things Stack brand and model, ChirpStack profile name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from gateway.model import Uplink

if TYPE_CHECKING:
    from decoders.kit import Readings


MAX_DEVICES = 200_000


class Decodes(Protocol):
    """What the pipeline needs of a decoder."""

    @property
    def id(self) -> str:
        """Stable name, "vendor-model"."""

    def decode(self, payload: bytes, port: int) -> Readings:
        """Readings, or decoders.kit.DecodeError."""


class Catalogue(Protocol):
    """Look-ups of the decoder library; each gives None when nothing is known."""

    def by_id(self, id_: str) -> Decodes | None:
        """By decoder id."""

    def by_ttn(self, brand: str, model: str) -> Decodes | None:
        """By The Things Stack brand and model ("model@firmware" where the firmware is known)."""

    def by_profile(self, name: str) -> Decodes | None:
        """By ChirpStack device profile name."""


class Chooser:
    """Remembers the choice for each device as long as its network server says the same about it."""

    def __init__(self, registered: Callable[[str], str | None], catalogue: Catalogue) -> None:
        """`registered` gives the decoder id that the registry names for a device, or None."""
        self._registered, self._catalogue = registered, catalogue
        self._ways: Mapping[str, Callable[[str], Decodes | None]] = {
            "tag": catalogue.by_id,
            "tts": self._by_version,
            "profile": catalogue.by_profile,
        }
        self._chosen: dict[str, tuple[tuple[str, ...], Decodes | None]] = {}

    def choose(self, uplink: Uplink) -> Decodes | None:
        """The decoder for this uplink, None when nothing names one."""
        known = self._chosen.get(uplink.device)
        if known is not None and known[0] == uplink.hints:
            return known[1]
        decoder = self._look_up(uplink)
        if len(self._chosen) >= MAX_DEVICES:  # devices name themselves: what is remembered of them is bounded
            self._chosen.clear()
        self._chosen[uplink.device] = (uplink.hints, decoder)
        return decoder

    def forget(self) -> None:
        """The registry has changed: look every device up anew."""
        self._chosen.clear()

    def _by_version(self, name: str) -> Decodes | None:
        """Brand and model as "brand/model", with or without "@firmware", which may decide between two layouts."""
        brand, _, model = name.partition("/")
        return self._catalogue.by_ttn(brand, model)

    def _look_up(self, uplink: Uplink) -> Decodes | None:
        if (id_ := self._registered(uplink.device)) is not None:
            return self._catalogue.by_id(id_)
        for hint in uplink.hints:
            way, _, name = hint.partition(":")
            look_up = self._ways.get(way)
            if look_up is not None and (decoder := look_up(name)) is not None:
                return decoder
        return None
