"""Any device that speaks Cayenne LPP.

Any fPort: records as in `_types`. Types without a quantity of their own come as `analog_value`: generic sensors and
analogue outputs ("<channel>.out"), percentages, concentrations ("<channel>.ppm"), colours ("<channel>.red").

Source: see `_types`.
"""

from __future__ import annotations

from decoders.cayenne._types import TYPES, UNIX_TIME, parse
from decoders.kit import Decoder, Function, Readings

GENERAL = {
    "generic_sensor": ("analog_value", "1", ""),
    "percentage": ("analog_value", "%", ""),
    "analog_output": ("analog_value", "1", ".out"),
    "concentration": ("analog_value", "1", ".ppm"),
    "direction": ("heading", "deg", ""),
    "colour_red": ("analog_value", "1", ".red"),
    "colour_green": ("analog_value", "1", ".green"),
    "colour_blue": ("analog_value", "1", ".blue"),
}
"""Names of `_types` that are no quantity → (quantity, unit, what is added to the channel)."""


def _read(payload: bytes, _port: int) -> Readings:
    found = parse(payload)
    readings = []
    for reading in found.readings:
        if (general := GENERAL.get(reading.quantity)) is not None:
            quantity, unit, suffix = general
            reading = reading._replace(quantity=quantity, unit=unit, channel=reading.channel + suffix)  # noqa: PLW2901 - the same reading under its name
        readings.append(reading)
    return Readings(tuple(readings), found.warnings)


QUANTITIES = tuple(
    dict.fromkeys(
        (*GENERAL.get(part.quantity, (part.quantity, part.unit))[:2], "{n}")
        for kind, parts in TYPES.items()
        if kind != UNIX_TIME
        for part in parts
    )
)

DECODER = Decoder(
    id="cayenne-lpp",
    vendor="Cayenne",
    model="LPP",
    source="myDevices Cayenne LPP 2.0",
    layouts=(Function(_read, quantities=QUANTITIES),),
    identifiers={"ttn": ("cayenne/lpp",), "chirpstack": ("Cayenne LPP", "CayenneLPP")},
)
