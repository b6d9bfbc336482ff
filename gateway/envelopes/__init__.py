"""Envelopes: bytes as a source sends them, to `Uplink`, `Join`, `NetworkLog` or `Nothing`.

Pure synchronous functions over frozen values: no clock, no network, no logging. One module for each format; a message
gives its events or raises `RejectedError`, and nothing else, whatever its bytes are. Where some parts of a message can
be used and others cannot, the good ones come as uplinks whose `problems` name the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gateway.config import PipelineSettings, SourceBase
from gateway.envelopes.cayenne import parser as cayenne_parser
from gateway.envelopes.chirpstack import parser as chirpstack_parser
from gateway.envelopes.clock import Bounds
from gateway.envelopes.plain import parser as plain_parser
from gateway.envelopes.senml import parser as senml_parser
from gateway.envelopes.tts import parser as tts_parser
from gateway.model import Event, Received

Parser = Callable[[Received], Sequence[Event]]

_FORMATS: dict[str, Callable[[SourceBase, Bounds], Parser]] = {
    "tts": tts_parser,
    "plain": plain_parser,
    "senml": senml_parser,
    "cayenne": cayenne_parser,
}


def parser(source: SourceBase, settings: PipelineSettings, *, radio: bool = True) -> Parser:
    """The envelope of a configured source.

    Args:
        source: its format, mapping and topic template.
        settings: how far times may be from our clock.
        radio: whether somebody wants to know how uplinks were heard.

    Returns:
        a function from one message to its events; it raises RejectedError for a message that has none to give.

    Raises:
        ConfigError: a path, a selector or a template of the source cannot be understood.
    """
    bounds = Bounds.of(settings)
    if source.format == "chirpstack":
        return chirpstack_parser(source, bounds, radio=radio)
    return _FORMATS[source.format](source, bounds)
