"""From an uplink to what it says: by the decoder chosen for it, else by what its network server made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from decoders.kit import DecodeError, Decoder, Reading, Readings
from gateway.model import Reason, RejectedError, Uplink
from gateway.pipeline.choose import Decodes
from gateway.pipeline.memory import Memory

Ahead = Callable[[Sequence[tuple[Decodes, Uplink]]], Mapping[int, Readings | DecodeError]]
"""Decodes what is dear to decode one by one, with the uplinks' times: results by `id(uplink)`; what it does not know is
not among them. It is false as long as there is nothing of the kind."""
Recognise = Callable[[Any], Sequence[Reading]]
"""Reads a network server's own decoded object, for devices that no decoder is known for."""


class Decoding:
    """Reads uplinks one by one, with what was decoded together before. Not thread-safe."""

    def __init__(
        self, memory: Memory, *, radio: bool, ahead: Ahead | None = None, recognise: Recognise | None = None
    ) -> None:
        """`memory`: what network servers said of uplinks; `radio`: how an uplink was heard is read as well."""
        self._memory, self._radio = memory, radio
        self._ahead, self._recognise = ahead, recognise
        self._decoded: Mapping[int, Readings | DecodeError] = {}

    def together(self, asked: Sequence[tuple[Decodes, Uplink]]) -> None:
        """Decode ahead what is better decoded together; the uplinks must live until their turn comes."""
        if self._ahead is not None:
            self._decoded = self._ahead(asked)

    def readings(self, uplink: Uplink, decoder: Decodes | None) -> tuple[Sequence[Reading], str]:
        """What the payload and the envelope say, and which decoder read it ("" for none)."""
        radio = _radio(uplink) if self._radio and uplink.radio is not None else ()
        if not uplink.payload:
            return (*radio, *(_measured(uplink) or self._network_decoded(uplink))), ""
        if decoder is None:
            # What the network server normalised, or decoded, is second choice behind a decoder of ours.
            if values := _measured(uplink) or self._network_decoded(uplink):
                return (*radio, *values), ""
            named = ", ".join(uplink.hints) or "neither tag, brand and model nor profile"
            detail = f"no decoder is known for this device (the network server names {named})"
            raise RejectedError(Reason.UNKNOWN_DEVICE, detail + self._network_says(uplink), uplink.device)
        try:
            ready = None
            if self._ahead is not None and decoder.__class__ is not Decoder:
                ready = self._decoded.get(id(uplink)) or self._ahead([(decoder, uplink)]).get(id(uplink))
            if isinstance(ready, DecodeError):
                raise ready
            result = ready or decoder.decode(uplink.payload, uplink.port or 0)
        except DecodeError as error:
            detail = f"{decoder.id}: {error}{self._network_says(uplink)}"
            raise RejectedError(Reason.DECODE, detail, uplink.device) from error
        return (*radio, *result.readings) if radio else result.readings, decoder.id

    def _network_decoded(self, uplink: Uplink) -> Sequence[Reading]:
        return self._recognise(uplink.decoded) if self._recognise and uplink.decoded is not None else ()

    def _network_says(self, uplink: Uplink) -> str:
        """What the network server's own log said about this uplink, to stand behind a reason."""
        log = self._memory.logs.pop(uplink.dedup, None) if uplink.dedup else None
        return f"; network server: {log.code}: {log.description}" if log else ""


def _measured(uplink: Uplink) -> Sequence[Reading]:
    return [Reading(m.quantity, m.value, m.unit, m.channel, 0.0, m.time) for m in uplink.measured]


def _radio(uplink: Uplink) -> list[Reading]:
    radio = uplink.radio
    assert radio is not None
    values = (
        ("rssi", radio.rssi),
        ("snr", radio.snr),
        ("spreading_factor", radio.spreading_factor),
        ("airtime", radio.airtime),
    )
    return [Reading(quantity, value) for quantity, value in values if value is not None]
