"""Milesight UC100: controller: Modbus.

Records of channel, type, data (little-endian), usually on fPort 85:

    FF 19 cc nn kk ....        Modbus register: channel (from 0), bytes, kind (bit 7: signed), value
    FF 15 cc                   Modbus channel that does not answer
    FF EE cc nn kk ....        as FF 19; bits 7..6 of the channel: 1 alarm, 2 over, 3 sudden change
    20 CE ssssssss cc kk VVVVVVVV   stored register with its time (u32, s since 1970): channel, kind (bits 6..2)
    20 CD ssssssss nn ....     stored message

Source: https://github.com/Milesight-IoT/SensorDecoders (UC100).
"""

from decoders.kit import Reading, Record, u32
from decoders.milesight._modbus import QUANTITIES, register
from decoders.milesight._records import milesight

FLOATS = (10, 11, 12, 13, 22, 23, 24, 25)
ALARM = {1: 1.0, 2: 0.0, 3: 1.0}


def _register(data: bytes) -> list[Reading]:
    channel, kind = (data[0] & 0x3F) + 1, data[2]
    return register(channel, kind & 0x7F, data[3 : 3 + data[1]], signed=bool(kind & 0x80), floats=FLOATS)


def _alarm(data: bytes) -> list[Reading]:
    event = ALARM.get(data[0] >> 6)
    alarm = [] if event is None else [Reading("alarm", event, "1", f"modbus-{(data[0] & 0x3F) + 1}")]
    return [*_register(data), *alarm]


def _size(data: bytes) -> int:
    return 3 + data[1] if len(data) > 2 and data[1] else -1


DECODER = milesight(
    "UC100",
    {
        0xFF15: Record(
            1,
            read=lambda data: [Reading("fault", 1.0, "1", f"modbus-{data[0] + 1}")],
            quantities=(("fault", "1", "modbus-{n}"),),
        ),
        0xFF19: Record(_size, read=_register, quantities=QUANTITIES),
        0xFFEE: Record(_size, read=_alarm, quantities=(*QUANTITIES, ("alarm", "1", "modbus-{n}"))),
        0x20CE: Record(10, note="a stored register is not read"),
        0x20CD: Record(
            lambda data: 5 + data[4] if len(data) > 4 else -1, time=u32(0, ""), note="a stored message is not read"
        ),
    },
    ttn=("uc100",),
)
