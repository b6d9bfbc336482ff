"""Dragino LTC2, LTC2-LB: two PT100 or thermocouple temperatures, or resistances.

fPort 2, 11 bytes, big-endian:

    BBBB EE 1111 2222 ssssssss

- B: lower 14 bits battery, mV
- E: bit 6 stored samples (not described); bits 3..0: 1 int16, 0.01 degC; 2 int16, 0.1 degC; 3 uint16, 0.01 Ohm
- s: time, s since 1970

fPort 5: device information.

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from decoders.dragino._frames import BATTERY, INFORMATION, LOG_LENGTHS, dragino
from decoders.kit import Field, Frame, When, i16, u16, u32

LIVE = When(at=(2, 6), width=1, equals=0)


def _kind(code: int) -> When:
    return When(at=(2, 0), width=4, equals=code)


def _temperatures(div: int) -> tuple[Field, ...]:
    return tuple(
        i16(3 + 2 * n, "process_temperature", "Cel", div=div, missing=(0x7FFF, 0xFFFF), channel=str(n + 1))
        for n in range(2)
    )


RESISTANCES = tuple(u16(3 + 2 * n, "resistance", "Ohm", div=100, channel=str(n + 1)) for n in range(2))

DECODER = dragino(
    "LTC2",
    Frame(ports=2, length=11, when=(LIVE, _kind(1)), fields=(BATTERY, *_temperatures(100)), time=u32(7, "")),
    Frame(ports=2, length=11, when=(LIVE, _kind(2)), fields=(BATTERY, *_temperatures(10)), time=u32(7, "")),
    Frame(ports=2, length=11, when=(LIVE, _kind(3)), fields=(BATTERY, *RESISTANCES), time=u32(7, "")),
    Frame(
        ports=2,
        length=LOG_LENGTHS,
        when=When(at=(2, 6), width=1, equals=1),
        note="stored samples of this model are not described",
    ),
    INFORMATION,
    ttn=("ltc2", "ltc2-lb"),
    chirpstack=("LTC2-LB", "LTC2-LT"),
)
