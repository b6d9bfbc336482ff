"""Parametric PCR2: radar that counts people or vehicles in both directions.

fPort 14, big-endian:

    0A LLLL 16 RRRR [01 TTTT]                       since the last message to the right and to the left; temperature
    BE 01 03 LLLL RRRR llll rrrr BB PPPP TTTT       l, r: since the start; B: %; P: solar power, mW
    BE 01 04 LLLL RRRR llll rrrr BBBB PPPP TTTT     B: mV
    00 66 .. (Cayenne LPP)                          presence

T: temperature of the processor, 0.1 degC, given as whole degrees as the maker does. fPort 190: settings.

Source: https://github.com/TheThingsNetwork/lorawan-devices (parametric/pcr2-decoder.js), facts only.
"""

from __future__ import annotations

from decoders.cayenne.lpp import DECODER as LPP
from decoders.kit import AnyField, Decoder, Frame, Function, Record, Tlv, When, i16, u8, u16

LTR, RTL = "left-to-right", "right-to-left"


def _temperature(byte: int) -> AnyField:
    return i16(
        byte, "internal_temperature", "Cel", convert=lambda raw: float(raw // 10), invert=lambda value: value * 10
    )


COUNTS = (
    u16(3, "people_count", "1", channel=LTR),
    u16(5, "people_count", "1", channel=RTL),
    u16(7, "people_total", "1", channel=LTR),
    u16(9, "people_total", "1", channel=RTL),
)


def _version(number: int) -> When:
    return When(at=0, width=24, equals=0xBE0100 | number)


DECODER = Decoder(
    id="parametric-pcr2",
    vendor="Parametric",
    model="PCR2",
    source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/parametric/pcr2-decoder.js",
    layouts=(
        Frame(
            ports=14,
            length=16,
            when=_version(3),
            fields=(
                *COUNTS,
                u8(11, "battery_level", "%"),
                u16(12, "power", "mW", channel="solar"),
                _temperature(14),
            ),
        ),
        Frame(
            ports=14,
            length=17,
            when=_version(4),
            fields=(
                *COUNTS,
                u16(11, "battery_voltage", "V", div=1000),
                u16(13, "power", "mW", channel="solar"),
                _temperature(15),
            ),
        ),
        Tlv(
            ports=14,
            when=lambda payload: payload[0] == 0x0A,
            records={
                0x0A: Record(2, (u16(0, "people_count", "1", channel=LTR),)),
                0x16: Record(2, (u16(0, "people_count", "1", channel=RTL),)),
                0x01: Record(2, (_temperature(0),)),
            },
        ),
        Function(
            LPP.decode,
            ports=14,
            when=lambda payload: payload[:2] == b"\x00\x66",
            quantities=LPP.quantities,
        ),
        Frame(ports=190, length=(14, 20, 31, 34, 35), note="the device's settings"),
    ),
    identifiers={
        "ttn": tuple(f"parametric/{n}" for n in ("pcr2", "pcr2-id", "pcr2-od", "pcr2-ods", "pcr2-tf", "pcr2-xio")),
        "chirpstack": ("PCR2", "PCR2-OD", "PCR2-IN"),
    },
)
