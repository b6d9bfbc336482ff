"""Elsys: one list of records for all models.

    TT DD..   T: bits 7..6 number of offset bytes behind the data (0 to 3), bits 5..0 type; data big-endian

The offset bytes belong to values that waited in the device's queue. What one step of the offset is depends on a
setting of the device that the payload does not carry; such values are therefore left out with a warning instead of
being given a wrong time.

Settings (type 3E) fill the rest of the payload and come on the port after that of the measurements.

Source: Elsys LoRa payload description (https://elsys.se/public/documents/Elsys-LoRa-payload.pdf) and the vendor's
decoder in https://github.com/TheThingsNetwork/lorawan-devices, facts only.
"""

from __future__ import annotations

from decoders.kit import NONZERO, AnyField, Decoder, Record, Tlv, flag, i8, i16, i24, i32, u8, u16, u32

_GRAVITY = 63
"""Accelerometer counts for 1 g."""


FIELDS: dict[int, tuple[int, tuple[AnyField, ...]]] = {
    0x01: (2, (i16(0, "air_temperature", "Cel", div=10),)),
    0x02: (1, (u8(0, "relative_humidity", "%"),)),
    0x03: (3, (
        i8(0, "acceleration_x", "[g]", div=_GRAVITY),
        i8(1, "acceleration_y", "[g]", div=_GRAVITY),
        i8(2, "acceleration_z", "[g]", div=_GRAVITY),
    )),
    0x04: (2, (u16(0, "illuminance", "lx"),)),
    0x05: (1, (u8(0, "motion_count", "1"),)),
    0x06: (2, (u16(0, "co2", "[ppm]"),)),
    0x07: (2, (u16(0, "battery_voltage", "V", div=1000),)),
    0x08: (2, (u16(0, "voltage", "V", div=1000, channel="1"),)),
    0x09: (6, (
        i24(0, "latitude", "deg", div=10000, byteorder="little"),
        i24(3, "longitude", "deg", div=10000, byteorder="little"),
    )),
    0x0A: (2, (u16(0, "pulse_increment", "1", channel="1"),)),
    0x0B: (4, (u32(0, "pulse_count", "1", channel="1"),)),
    0x0C: (2, (i16(0, "air_temperature", "Cel", div=10, channel="external"),)),
    0x0D: (1, (u8(0, "digital_input", "1", table=NONZERO, channel="1"),)),
    0x0E: (2, (u16(0, "distance", "mm"),)),
    0x0F: (1, (u8(0, "motion_count", "1", channel="acceleration"),)),
    0x10: (4, (
        i16(0, "internal_temperature", "Cel", div=10, channel="infrared"),
        i16(2, "surface_temperature", "Cel", div=10),
    )),
    0x11: (1, (u8(0, "occupancy", "1", table={0: 0, 1: 1, 2: 1}),)),
    0x12: (1, (u8(0, "leak", "1", table=NONZERO),)),
    0x13: (65, ()),  # picture of an 8 x 8 thermopile: a reference and 64 differences
    0x14: (4, (u32(0, "air_pressure", "hPa", div=1000),)),
    0x15: (2, (u8(0, "sound_level_a_max", "dB(A)"), u8(1, "sound_level_a_eq", "dB(A)"))),
    0x16: (2, (u16(0, "pulse_increment", "1", channel="2"),)),
    0x17: (4, (u32(0, "pulse_count", "1", channel="2"),)),
    0x18: (2, (u16(0, "voltage", "V", div=1000, channel="2"),)),
    0x19: (2, (i16(0, "air_temperature", "Cel", div=10, channel="external_2"),)),
    0x1A: (1, (u8(0, "digital_input", "1", table=NONZERO, channel="2"),)),
    0x1B: (4, (i32(0, "voltage", "uV", channel="analog"),)),
    0x1C: (2, (u16(0, "tvoc_ppb", "[ppb]"),)),
    0x1D: (1, (u8(0, "iaq_index", "1"),)),
    0x1E: (1, (flag(0, 0, "digital_input", channel="generic"),)),
    0x1F: (1, (i8(0, "analog_value", "1", channel="generic_8"),)),
    0x20: (2, (i16(0, "analog_value", "1", channel="generic_16"),)),
    0x21: (1, ()),  # what the display shows
    0x22: (2, (i16(0, "target_temperature", "Cel", div=10),)),
    0x23: (1, ()),  # fan level
    0x24: (1, (u8(0, "relative_humidity", "%", channel="external"),)),
    0x3C: (4, ()),  # checksum of the settings
    0x3D: (4, ()),  # for the maker's debugging
}  # fmt: skip
"""Type → (bytes, fields)."""


def _rest(data: bytes) -> int:
    return len(data)


def _counted(data: bytes) -> int:
    return 1 + data[0] if data else 1


RECORDS: dict[int, Record] = {
    **{kind: Record(size, fields) for kind, (size, fields) in FIELDS.items()},
    **{
        queued << 6 | kind: Record(size + queued, note="a queued value of unknown age is left out")
        for kind, (size, _) in FIELDS.items()
        for queued in (1, 2, 3)
    },
    0x3B: Record(_counted),
    0x3E: Record(_rest, note="the device's settings"),
}

LAYOUT = Tlv(records=RECORDS)


def elsys(model: str, *, ttn: tuple[str, ...], chirpstack: tuple[str, ...] = (), id_: str = "") -> Decoder:
    """A decoder of one model: they all speak the same list."""
    return Decoder(
        id=id_ or f"elsys-{model.lower().replace(' ', '-')}",
        vendor="Elsys",
        model=model,
        source="https://elsys.se/public/documents/Elsys-LoRa-payload.pdf",
        layouts=(LAYOUT,),
        identifiers={"ttn": tuple(f"elsys/{name}" for name in ttn), "chirpstack": (model, *chirpstack)},
    )
