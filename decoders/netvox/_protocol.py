"""What Netvox's messages share.

fPort 6, 11 bytes, big-endian:

    VV TT RR DDDDDDDDDDDDDDDD

- V: version (01); T: device type; R: kind of report, 0: versions of software and hardware
- D: mostly begins with the battery: bit 7 low, bits 6..0 voltage, 0.1 V

fPort 7: replies to settings; fPort 13, 14: replies about buttons and calibration. Newer devices have two bytes of
device type and send reports on fPort 22, replies on fPort 23.

Source: Netvox LoRaWAN Application Command (the maker's protocol document) and the maker's decoders in
TheThingsNetwork/lorawan-devices, facts only.
"""

from __future__ import annotations

from collections.abc import Iterable

from decoders.kit import NONZERO, AnyField, Decoder, Field, Frame, Layout, When, bits, flag, i16, u8, u16

VENDOR = "Netvox"
SOURCE = "Netvox LoRaWAN Application Command; https://github.com/TheThingsNetwork/lorawan-devices"
SIZE = 11
BATTERY = (bits(3, 6, 0, "battery_voltage", "V", div=10), flag(3, 7, "battery_low"))
VERSIONS = Frame(ports=6, length=SIZE, when=When(at=16, width=8, equals=0), note="versions of software and hardware")
REPLIES = Frame(ports=(7, 13, 14), length=range(2, 12), note="reply to a setting")


def report(types: tuple[int, ...], *fields: AnyField, kinds: tuple[int, ...] = (1,), battery: bool = True) -> Frame:
    """A report of these device types; `battery` where it begins with one."""
    return Frame(
        ports=6,
        length=SIZE,
        when=(When(at=8, width=8, equals=types), When(at=16, width=8, equals=kinds)),
        fields=(*BATTERY, *fields) if battery else fields,
    )


def yes(byte: int, quantity: str, channel: str = "") -> Field:
    """A byte that says whether something is so."""
    return u8(byte, quantity, "1", table=NONZERO, channel=channel)


def celsius(byte: int, *, div: int = 100, quantity: str = "air_temperature", channel: str = "") -> Field:
    """A temperature, int16."""
    return i16(byte, quantity, "Cel", div=div, channel=channel)


def humidity(byte: int) -> Field:
    """A relative humidity, uint16, 0.01 %."""
    return u16(byte, "relative_humidity", "%", div=100)


def netvox(
    model: str, *layouts: Layout, also: Iterable[str] = (), ttn: Iterable[str] = (), replies: Layout = REPLIES
) -> Decoder:
    """A decoder of one model; `also` names models that send the same, `ttn` further names in that catalogue."""
    models = (model, *also)
    return Decoder(
        id=f"netvox-{model.lower()}",
        vendor=VENDOR,
        model=model,
        source=SOURCE,
        layouts=(*layouts, VERSIONS, replies),
        identifiers={
            "ttn": (*(f"netvox/{name.lower()}" for name in models), *(f"netvox/{name}" for name in ttn)),
            "chirpstack": models,
        },
    )
