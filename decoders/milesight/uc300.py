"""Milesight UC300: controller: digital and analogue inputs, PT100, Modbus.

Records of channel, type, data (little-endian), usually on fPort 85:

    03 00 .. 06 00 SS          digital input 1..4
    03 C8 .. 06 C8 PPPPPPPP    pulses of input 1..4, uint32
    07 01, 08 01 SS            relay 1, 2
    09 67, 0A 67 TTTT          PT100 1, 2, int16, 0.1 degC
    0B 02, 0C 02 IIIIIIII      current 1, 2, uint32, 0.01 mA
    0D 02, 0E 02 UUUUUUUU      voltage 1, 2, uint32, 0.01 V
    09 E2 .. 0E E2 NNNN LLLL HHHH MMMM   the same, now, least, greatest, mean (float16; the published table names least
                               and greatest the other way round, its example does not)
    FF 19 cc nn kk ....        Modbus register: channel (from 0), bytes, kind (bit 7: signed), value
    FF 15 cc                   Modbus channel that does not answer

Source: https://github.com/Milesight-IoT/SensorDecoders (UC300).
"""

from decoders.kit import Field, Reading, Record, u32
from decoders.milesight._modbus import QUANTITIES, register
from decoders.milesight._records import air, milesight, state

INPUTS = {0x09: ("process_temperature", "Cel", 1), 0x0A: ("process_temperature", "Cel", 2)}
INPUTS |= {0x0B: ("current", "mA", 1), 0x0C: ("current", "mA", 2), 0x0D: ("voltage", "V", 1), 0x0E: ("voltage", "V", 2)}


def _statistics(quantity: str, unit: str, number: int) -> Record:
    names = (str(number), f"{number}-min", f"{number}-max", f"{number}-mean")
    fields = (
        Field(quantity=quantity, unit=unit, at=16 * n, width=16, form="float", channel=channel)
        for n, channel in enumerate(names)
    )
    return Record(8, tuple(fields))


def _register(data: bytes) -> list[Reading]:
    channel, size, kind = data[0] + 1, data[1], data[2]
    return register(channel, kind & 0x7F, data[3 : 3 + size], signed=bool(kind & 0x80))


def _silent(data: bytes) -> list[Reading]:
    return [Reading("fault", 1.0, "1", f"modbus-{data[0] + 1}")]


DECODER = milesight(
    "UC300",
    {
        **{(n + 2) << 8: Record(1, (state(0, "digital_input", channel=str(n)),)) for n in range(1, 5)},
        **{(n + 2) << 8 | 0xC8: Record(4, (u32(0, "pulse_count", "1", channel=str(n)),)) for n in range(1, 5)},
        **{(n + 6) << 8 | 0x01: Record(1, (state(0, "relay", channel=str(n)),)) for n in (1, 2)},
        **{id_ << 8 | 0xE2: _statistics(*meaning) for id_, meaning in INPUTS.items()},
        **{(n + 8) << 8 | 0x67: Record(2, (air(quantity="process_temperature", channel=str(n)),)) for n in (1, 2)},
        **{
            id_ << 8 | 0x02: Record(4, (u32(0, quantity, unit, div=100, channel=str(number)),))
            for id_, (quantity, unit, number) in INPUTS.items()
            if quantity != "process_temperature"
        },
        0xFF15: Record(1, read=_silent, quantities=(("fault", "1", "modbus-{n}"),)),
        0xFF19: Record(
            lambda data: 3 + data[1] if len(data) > 2 and data[1] else -1, read=_register, quantities=QUANTITIES
        ),
    },
    ttn=("uc300",),
)
