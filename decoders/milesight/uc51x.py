"""Milesight UC51X: valve controllers UC511, UC512.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB                   battery, %
    03 01, 05 01 SS            valve 1, 2: 1 open
    04 C8, 06 C8 PPPPPPPP      pulses of valve 1, 2, uint32
    07 01, 08 01 SS            input 1, 2
    20 CE ssssssss FF PPPPPPPP stored sample with its time (u32, s since 1970); F: bit 0 valve open, bit 1: 0 pulses,
                               1 level of the input (bit 2), bit 4: 0 valve 1, 1 valve 2

Source: https://github.com/Milesight-IoT/SensorDecoders (UC51X).
"""

from decoders.kit import Field, Record, When, flag, u32
from decoders.milesight._records import milesight, sample, state


def _stored(number: int) -> tuple[Field, ...]:
    mine = When(at=(4, 4), width=1, equals=number - 1)
    level, pulses = (When(at=(4, 1), width=1, equals=kind) for kind in (1, 0))
    return (
        flag(4, 0, "valve_open", channel=str(number), when=mine),
        flag(4, 2, "digital_input", channel=str(number), when=(mine, level)),
        u32(5, "pulse_count", "1", channel=str(number), when=(mine, pulses)),
    )


DECODER = milesight(
    "UC51X",
    {
        0x0301: Record(1, (state(0, "valve_open", channel="1"),)),
        0x0501: Record(1, (state(0, "valve_open", channel="2"),)),
        0x04C8: Record(4, (u32(0, "pulse_count", "1", channel="1"),)),
        0x06C8: Record(4, (u32(0, "pulse_count", "1", channel="2"),)),
        0x0701: Record(1, (state(0, "digital_input", channel="1"),)),
        0x0801: Record(1, (state(0, "digital_input", channel="2"),)),
        0x20CE: sample(*_stored(1), *_stored(2), size=9),
    },
    ttn=("uc511", "uc512", "uc51x"),
    chirpstack=("UC511", "UC512"),
)
