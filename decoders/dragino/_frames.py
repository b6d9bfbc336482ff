"""What Dragino's frames share.

- the battery: mV in the lower 14 bits of the first word; the upper two are a state or an interrupt flag
- fPort 5: device information of the newer models

      MM FFFF BB SS VVVV   model, firmware, band, sub-band, battery mV

Source: Dragino's manuals (https://wiki.dragino.com) and decoders
(https://github.com/dragino/dragino-end-node-decoder), facts only.
"""

from __future__ import annotations

from collections.abc import Iterable

from decoders.kit import AnyField, Decoder, Field, Frame, Layout, Repeat, When, i16, u16, u32

BATTERY = Field(quantity="battery_voltage", unit="V", at=2, width=14, div=1000)
PROBE_MISSING = 0x7FFF
"""327.67 degC: no probe at the connector."""

LOG_LENGTHS = range(11, 243, 11)
"""The datalog: groups of 11 bytes, each ending with its time."""

VOLTS = u16(0, "battery_voltage", "V", div=1000)
"""A battery voltage that has no flags in its upper bits."""


def probe(byte: int, *, div: int = 10, channel: str = "probe") -> Field:
    """A DS18B20 at a cable, int16, mostly 0.1 degC."""
    return i16(byte, "air_temperature", "Cel", div=div, channel=channel, missing=PROBE_MISSING)


def log(*fields: AnyField, ports: int = 3, when: When | tuple[When, ...] = ()) -> Frame:
    """Stored samples of 11 bytes, whose last four are the time, s since 1970."""
    return Frame(
        ports=ports,
        length=LOG_LENGTHS,
        when=when,
        repeat=Repeat(start=0, size=11, fields=fields, time=u32(7, "")),
    )


def remark(note: str, *, ports: int, length: int | range) -> Frame:
    """A message that says nothing about the surroundings."""
    return Frame(ports=ports, length=length, note=note)


SETTINGS = remark("the device's settings", ports=4, length=range(3, 20))

INFORMATION = Frame(ports=5, length=7, fields=(u16(5, "battery_voltage", "V", div=1000),), note="device information")


def dragino(
    model: str, *layouts: Layout, ttn: Iterable[str], chirpstack: Iterable[str] = (), version: int = 1, source: str = ""
) -> Decoder:
    """A decoder of one model."""
    return Decoder(
        id=f"dragino-{model.lower()}",
        vendor="Dragino",
        model=model,
        version=version,
        source=source or "https://github.com/dragino/dragino-end-node-decoder",
        layouts=layouts,
        identifiers={"ttn": tuple(f"dragino/{name}" for name in ttn), "chirpstack": (model, *chirpstack)},
    )
