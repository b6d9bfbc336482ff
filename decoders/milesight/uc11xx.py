"""Milesight UC11XX: remote I/O UC1114, UC1122, UC1152.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 00, 02 00 SS            digital input 1, 2
    01 C8, 02 C8 PPPPPPPP      pulses, uint32
    09 01, 0A 01 SS            digital output 1, 2 (type 00 in some firmware)
    11 02, 12 02 NNNN LLLL HHHH MMMM   analogue input 1, 2: now, least, greatest, mean; int16, 0.01
    FF 0E cc kk ....           Modbus register: channel (from 18), kind (bits 2..0) and bytes (bits 7..3), value

Source: https://github.com/Milesight-IoT/SensorDecoders (UC11XX).
"""

from decoders.kit import Reading, Record, i16, u32
from decoders.milesight._modbus import QUANTITIES, register
from decoders.milesight._records import milesight, state

NAMES = ("{}", "{}-min", "{}-max", "{}-mean")
SIZES = (1, 1, 2, 2, 4, 4, 4, 4)
"""Bytes by kind of register."""


def _analogue(number: int) -> Record:
    named = enumerate(name.format(number) for name in NAMES)
    return Record(8, tuple(i16(2 * n, "analog_value", "1", div=100, channel=name) for n, name in named))


def _output(number: int) -> Record:
    return Record(1, (state(0, "relay", channel=str(number)),))


def _register(data: bytes) -> list[Reading]:
    return register(data[0] - 0x18, data[1] & 7, data[2:], signed=False)


DECODER = milesight(
    "UC11XX",
    {
        **{n << 8: Record(1, (state(0, "digital_input", channel=str(n)),)) for n in (1, 2)},
        **{n << 8 | 0xC8: Record(4, (u32(0, "pulse_count", "1", channel=str(n)),)) for n in (1, 2)},
        0x0901: _output(1),
        0x0A01: _output(2),
        0x0900: _output(1),
        0x0A00: _output(2),
        0x1102: _analogue(1),
        0x1202: _analogue(2),
        0xFF0E: Record(
            lambda data: 2 + SIZES[data[1] & 7] if len(data) > 1 else -1, read=_register, quantities=QUANTITIES
        ),
    },
    ttn=("uc1114", "uc1122", "uc1152", "uc1142", "uc11xx"),
    chirpstack=("UC1114", "UC1122", "UC1152", "UC11"),
)
