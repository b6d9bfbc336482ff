"""Which decoder's device can be told what: `decoders/<vendor>/_downlink.py` has `interval(decoder_id)`."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec

from decoders import registry
from decoders.kit.downlink import Interval


@lru_cache(maxsize=10_000)
def interval(decoder_id: str) -> Interval | None:
    """How the reporting interval of this decoder's device is set; None when that is not known."""
    decoder = registry.by_id(decoder_id)
    if decoder is None:
        return None
    for prefix, module in registry.modules().items():
        if decoder_id == prefix or decoder_id.startswith(f"{prefix}-"):
            name = f"{module.rpartition('.')[0]}._downlink"
            if find_spec(name) is None:
                return None
            found: Interval | None = import_module(name).interval(decoder_id)
            return found
    return None
