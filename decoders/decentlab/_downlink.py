"""Decentlab: command, parameter, CRC-16/MODBUS of both; 16-bit words, big-endian; fPort 1.

    0002 PPPP CCCC   sampling period, s, kept over a restart (0001: until the next one)

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/decentlab), facts only.
"""

from __future__ import annotations

from decoders.kit.downlink import Interval

_SET_AND_SAVE = b"\x00\x02"
_SET = (b"\x00\x01", _SET_AND_SAVE)


def crc16(data: bytes) -> int:
    """CRC-16/MODBUS."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc


def _write(seconds: int) -> bytes:
    body = _SET_AND_SAVE + seconds.to_bytes(2, "big")
    return body + crc16(body).to_bytes(2, "big")


def _read(payload: bytes) -> int | None:
    if len(payload) != 6 or payload[:2] not in _SET or crc16(payload[:4]) != int.from_bytes(payload[4:], "big"):
        return None
    return int.from_bytes(payload[2:4], "big")


INTERVAL = Interval(
    port=1,
    least=60,
    most=65_535,
    write=_write,
    read=_read,
    source="https://github.com/TheThingsNetwork/lorawan-devices/tree/master/vendor/decentlab",
)


def interval(_decoder_id: str) -> Interval:
    """All models; firmware 0.2.7 and newer."""
    return INTERVAL
