"""Milesight VS373: presence, bed and falls, by radar.

Records of channel, type, data (little-endian), usually on fPort 85:

    03 F8 DD TT NNNN HHHH     D: 0 present, 1 vacant, 2 in bed, 3 out of bed, 4 fall; T: 0 normal, 1 motionless,
                              2 abnormal, 3 lying; time in this state and time of use today, uint16, s
    07 B0 DD TT NNNNNN HHHHHH the same with uint24 (firmware 1.0.2)
    04 F9 AA BB CC DD         zones 1..4: 0 occupied, 1 vacant
    05 FA 1111 2222 3333 4444 time out of bed, zones 1..4, uint16, s
    06 FB nnnn KK SS zz       number of an alarm, K: 0 none, 1 motionless, 2 stays, 3 out of bed, 4 occupied, 5 vacant;
                              S: 0 raised, 1 over, 2 ignored; zone
    20 CE ssssssss nnnn KK SS zz   stored alarm with its time (u32, s since 1970)

Source: https://github.com/Milesight-IoT/SensorDecoders (VS373).
"""

from decoders.kit import Field, Record, Short, u8, u16, u24
from decoders.milesight._records import milesight, sample

PRESENT = {0: 1, 1: 0, 2: 1, 3: 1, 4: 1}
FALL = {0: 0, 1: 0, 2: 0, 3: 0, 4: 1}
RAISED = {0: 1, 1: 0}


def _target(word: Short, size: int) -> Record:
    fields: tuple[Field, ...] = (
        u8(0, "occupied", "1", table=PRESENT),
        u8(0, "fall", "1", table=FALL),
        u8(1, "device_state", "1", channel="target"),
        word(2, "duration", "s", channel="state"),
        word(2 + size, "duration", "s", channel="today"),
    )
    return Record(2 + 2 * size, fields)


def _alarm(byte: int) -> tuple[Field, ...]:
    return (
        u8(byte + 2, "device_state", "1", channel="alarm"),
        u8(byte + 3, "alarm", "1", table=RAISED, missing=(2,)),
    )


DECODER = milesight(
    "VS373",
    {
        0x03F8: _target(u16, 2),
        0x07B0: _target(u24, 3),
        0x04F9: Record(4, tuple(u8(n, "occupied", "1", table={0: 1, 1: 0}, channel=f"zone-{n + 1}") for n in range(4))),
        0x05FA: Record(8, tuple(u16(2 * n, "duration", "s", channel=f"out-of-bed-{n + 1}") for n in range(4))),
        0x06FB: Record(5, _alarm(0)),
        0x20CE: sample(*_alarm(4), size=9),
    },
    ttn=("vs373",),
)
