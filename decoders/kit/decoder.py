"""A decoder: the layouts of one device, and who it is."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

from decoders.kit.layout import Layout, Meaning
from decoders.kit.readings import DecodeError, EncodeError, Readings, Values, grouped

MAX_PAYLOAD = 4096
"""LoRaWAN carries 242 bytes at most; NB-IoT devices with a log send some hundreds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoder:
    """What turns payloads of one device into readings.

    Attributes:
        id: "vendor-model" in lower case; module `decoders/vendor/model.py`.
        vendor: as the maker writes it.
        model: as the maker writes it.
        layouts: the first one that belongs to the port, fits the length and matches the payload is taken.
        source: where the layout is known from.
        identifiers: names in other catalogues: {"ttn": ("brand/model", ...), "chirpstack": ("profile name", ...)}.
        version: grows whenever the same payload gives other readings.
    """

    id: str
    vendor: str
    model: str
    layouts: tuple[Layout, ...]
    source: str
    identifiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    version: int = 1
    _routes: dict[int, tuple[Layout, ...]] = field(init=False, repr=False, compare=False)
    _rest: tuple[Layout, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        routes: dict[int, tuple[Layout, ...]] = {
            port: tuple(lay for lay in self.layouts if lay.ports == () or port in _tuple(lay.ports))
            for layout in self.layouts
            for port in _tuple(layout.ports)
        }
        object.__setattr__(self, "_routes", routes)
        object.__setattr__(self, "_rest", tuple(layout for layout in self.layouts if layout.ports == ()))

    @property
    def ports(self) -> tuple[int, ...]:
        """The fPorts it knows; () when it takes any."""
        return () if self._rest else tuple(sorted(self._routes))

    @property
    def quantities(self) -> tuple[Meaning, ...]:
        """Every (quantity, unit, channel) it may give, in the order of the layouts."""
        return tuple(dict.fromkeys(meaning for layout in self.layouts for meaning in layout.meanings()))

    @property
    def has_sentinels(self) -> bool:
        """Whether some bit pattern means "no value"."""
        return any(layout.sentinels() for layout in self.layouts)

    def encodes(self, port: int) -> bool:
        """Whether all messages of this port can also be written."""
        layouts = self._routes.get(port, self._rest)
        return bool(layouts) and all(layout.writable() for layout in layouts)

    def decode(self, payload: bytes, port: int) -> Readings:
        """Read one payload.

        Raises:
            DecodeError: and never anything else, whatever the bytes are.
        """
        layouts = self._routes.get(port, self._rest)
        length = len(payload)
        fitting = False
        try:
            for layout in layouts:
                if layout.fits(length):
                    fitting = True
                    if length <= MAX_PAYLOAD and layout.matches(payload):
                        return layout.decode(payload, port)
        except DecodeError:
            raise
        except (IndexError, struct.error) as error:
            raise DecodeError("length", f"the message ends too early: {error}") from error
        except (ArithmeticError, LookupError, ValueError) as error:
            raise DecodeError("value", f"the message makes no sense: {type(error).__name__}") from error
        if not layouts:
            raise DecodeError("port", f"fPort {port} is not one of {self.model}")
        if fitting and length <= MAX_PAYLOAD:
            raise DecodeError("header", f"no message of {self.model} on fPort {port} begins like this")
        raise DecodeError("length", f"{length} bytes are no message of {self.model} on fPort {port}")

    def encode(self, values: Values, port: int | None = None) -> bytes:
        """Write a payload that reads as `values`, for simulators and tests.

        A layout that says just these values is preferred to one that must fill in others (flags that are not set).

        Args:
            values: {"air_temperature": 21.3, "air_temperature@probe": -4.0}, or readings. Values that have a bit
                pattern for "missing" may be left out.
            port: fPort; None tries all layouts.

        Raises:
            EncodeError: no layout of this port can say it.
        """
        layouts = self.layouts if port is None else self._routes.get(port, self._rest)
        values = dict(values) if isinstance(values, Mapping) else tuple(values)
        wanted = sorted(key for pairs in grouped(values).values() for key, _ in pairs)
        reasons, spare = [], b""
        for layout in layouts:
            target = port if port is not None else next(iter(_tuple(layout.ports)), 1)
            try:
                payload = layout.encode(values, target)
                said = sorted((r.quantity, r.channel) for r in self.decode(payload, target).readings)
            except (EncodeError, DecodeError) as error:
                reasons.append(str(error))
                continue
            if said == wanted:
                return payload
            if set(wanted) <= set(said):
                spare = spare or payload
            else:
                reasons.append("what is written would read otherwise")
        if spare:
            return spare
        raise EncodeError("; ".join(dict.fromkeys(reasons)) or f"fPort {port} is not one of {self.model}")


def _tuple(ports: int | tuple[int, ...]) -> tuple[int, ...]:
    return (ports,) if isinstance(ports, int) else ports
