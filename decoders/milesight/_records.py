"""Milesight's records: channel, type, data (little-endian), one after the other to the end of the payload.

What all models share: battery, device information (ff..), and the replies to downlinks (fe.., ff..), which say nothing
about the surroundings but must be stepped over to reach what follows them. A model adds its own records, and replaces
lengths of replies where its firmware differs.

Source of lengths and meanings: the maker's payload tables and decoders
(https://github.com/Milesight-IoT/SensorDecoders), facts only.
"""

from __future__ import annotations

from collections.abc import Mapping

from decoders.kit import NONZERO, AnyField, Decoder, Field, Layout, Record, Tlv, i16, u8, u16, u32

VENDOR = "Milesight"
SOURCE = "https://github.com/Milesight-IoT/SensorDecoders"

BATTERY = Record(1, (u8(0, "battery_level", "%"),))

INFORMATION: dict[int, Record] = {
    0xFF01: Record(1),  # protocol version
    0xFF09: Record(2),  # hardware version
    0xFF0A: Record(2),  # firmware version
    0xFF0B: Record(1, note="device was switched on"),
    0xFF0F: Record(1),  # LoRaWAN class
    0xFF16: Record(8),  # serial number
    0xFFFE: Record(1, note="device was reset"),
    0xFFFF: Record(2),  # TSL version
}  # fmt: skip

_REPLIES = {
    0x02: 2, 0x03: 2, 0x06: 9, 0x10: 1, 0x11: 4, 0x17: 2, 0x18: 2, 0x1B: 5, 0x1C: 2, 0x1D: 2, 0x27: 1, 0x28: 1, 0x2D: 1,
    0x35: 8, 0x3B: 1, 0x4A: 1, 0x68: 1, 0x69: 1, 0x6A: 3, 0x6D: 1, 0x79: 6, 0x84: 1, 0x96: 8, 0xEA: 3, 0xF1: 4, 0xF2: 2,
    0xF5: 1,
}  # fmt: skip
"""Type → bytes of the replies to settings in EM300-TH, EM500-SWL, EM500-SMTC and WS302. A wrong length would read
settings as measurements: a model whose decoder says otherwise gives its own."""


TOO_MUCH = (0xFFFD, 0xFFFE, 0xFFFF)
"""Words that stand for "out of range" and "reading failed" where such a value is impossible."""
WET = range(201, 256)
"""Humidities above 100 %: no value (FF reading failed, FD out of range)."""


def air(byte: int = 0, *, channel: str = "", quantity: str = "air_temperature") -> Field:
    """A temperature, int16, 0.1 degC."""
    return i16(byte, quantity, "Cel", div=10, channel=channel)


def moist(byte: int = 0, *, channel: str = "") -> Field:
    """A relative humidity in one byte, 0.5 %."""
    return u8(byte, "relative_humidity", "%", div=2, missing=WET, channel=channel)


def state(byte: int, quantity: str, *, channel: str = "", table: Mapping[int, float] = NONZERO) -> Field:
    """A byte that says whether something is so."""
    return u8(byte, quantity, "1", table=table, channel=channel)


def word(byte: int, quantity: str, unit: str, *, channel: str = "", div: float = 1) -> Field:
    """An uint16 of which the highest values mean that there is none."""
    return u16(byte, quantity, unit, div=div, channel=channel, missing=TOO_MUCH)


CLIMATE: dict[int, Record] = {0x0367: Record(2, (air(),)), 0x0468: Record(1, (moist(),))}
"""The two records that most indoor sensors begin with."""


def leap(quantity: str = "air_temperature", channel: str = "") -> Record:
    """A temperature that changed suddenly: int16, 0.1 degC; its change, int16, 0.01 degC; alarm."""
    change = i16(2, "temperature_change", "K", div=100, channel=channel)
    return Record(5, (air(quantity=quantity, channel=channel), change, state(4, "alarm", channel=channel)))


LEAP = leap()


def replies(lengths: Mapping[int, int] | None = None) -> dict[int, Record]:
    """Replies to downlinks under both their channels; `lengths` replaces those that differ for a model."""
    both = _REPLIES | dict(lengths or {})
    return {channel << 8 | kind: Record(size) for kind, size in both.items() for channel in (0xFE, 0xFF)}


def sample(*fields: AnyField, size: int) -> Record:
    """A record of the history: its own time (u32, s since 1970), then the fields, whose positions count from it."""
    return Record(size, fields, time=u32(0, ""))


def milesight(
    model: str,
    records: Mapping[int, Record],
    *,
    ttn: tuple[str, ...],
    chirpstack: tuple[str, ...] = (),
    lengths: Mapping[int, int] | None = None,
    layouts: tuple[Layout, ...] = (),
    version: int = 1,
) -> Decoder:
    """A decoder of one model.

    Args:
        model: as the maker writes it ("EM300-TH"); the id is made of it.
        records: (channel << 8 | type) → record; they come before the shared ones and replace them.
        ttn: names in The Things Stack's device repository, without the brand.
        chirpstack: further names of device profiles.
        lengths: of replies to downlinks, where they differ (type → bytes).
        layouts: tried before the records, for models that send other frames too.
        version: of the decoder.
    """
    known = {0x0175: BATTERY} | dict(records)
    known |= {id_: record for id_, record in (replies(lengths) | INFORMATION).items() if id_ not in known}
    return Decoder(
        id=f"milesight-{model.lower()}",
        vendor=VENDOR,
        model=model,
        version=version,
        source=SOURCE,
        layouts=(*layouts, Tlv(records=known, id_size=2, byteorder="little")),
        identifiers={"ttn": tuple(f"milesight-iot/{name}" for name in ttn), "chirpstack": (model, *chirpstack)},
    )
