"""SenseCAP, first generation: records of seven bytes and a checksum.

    CC IIII VVVVVVVV ... KKKK

- C: channel, I: what it is, little-endian; above 0x1000 a measurement, below it a property of the device
- V: int32, little-endian, 0.001 of the unit; from 2000000 on it is an error code
- K: CRC-16 (Kermit) over all, little-endian

Source: https://github.com/TheThingsNetwork/lorawan-devices (sensecap/sensecap210x-common-decoder.js) and
https://github.com/Seeed-Studio/wiki-documents (List_of_Measurement_IDs.md), facts only.
"""

from decoders.kit import NONZERO, Field, Record, Tlv, i32, u16
from decoders.sensecap._measurements import MEASUREMENTS

_CHANNELS = range(8)
_ERRORS = range(2_000_000_000, 1 << 31)


def _table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ 0x8408 if crc & 1 else crc >> 1
        table.append(crc)
    return tuple(table)


_CRC = _table()


def checked(payload: bytes) -> bool:
    """Whether the checksum at the end is right."""
    crc = 0
    for byte in payload:
        crc = crc >> 8 ^ _CRC[(crc ^ byte) & 0xFF]
    return crc == 0


def first_generation(payload: bytes) -> bool:
    """Whether a payload is of this kind, among others of the same device."""
    return len(payload) % 7 == 2 and len(payload) > 2 and checked(payload)


def _id(channel: int, code: int) -> int:
    return channel << 16 | (code & 0xFF) << 8 | code >> 8


def _measurement(code: int, channel: int) -> Field:
    quantity, unit, name, factor = MEASUREMENTS[code]
    where = "_".join(part for part in (name, str(channel) if channel > 1 else "") if part)
    if quantity == "leak":
        return i32(0, quantity, unit, channel=where, table={1000 * raw: said for raw, said in NONZERO.items()})
    return i32(0, quantity, unit, channel=where, mul=factor, div=1000, missing=_ERRORS)


RECORDS = {
    **{_id(channel, code): Record(4, (_measurement(code, channel),)) for channel in _CHANNELS for code in MEASUREMENTS},
    **{
        _id(channel, code): Record(4)
        for channel in _CHANNELS
        for code in (0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x120)
    },
    **{_id(channel, 0x07): Record(4, (u16(0, "battery_level", "%"),)) for channel in _CHANNELS},
}

LAYOUT = Tlv(records=RECORDS, id_size=3, byteorder="little", tail=2, check=checked)
AMONG_OTHERS = Tlv(records=RECORDS, id_size=3, byteorder="little", tail=2, when=first_generation)
