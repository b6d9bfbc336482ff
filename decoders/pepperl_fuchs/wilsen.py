"""Pepperl+Fuchs WILSEN: ultrasonic distance and fill level, valves, inductive sensors.

Records of length (of what follows), id and data, big-endian:

    06 0201 float      temperature, degC
    04 0B01 u16        distance, cm
    04 0B02 u16        distance, mm
    03 0B06 u8         fill level, %
    03 0B07 u8         amplitude of the echo
    04 0B08 u16        water level, mm
    03 0C02 u8         valves: bits 3..0 the first, 7..4 the second
    04 0C03 u16        sensors at the valves, four bits each
    03 0C04 u8         sensors: bits 3..0 the first, 7..4 the second
    04 3101, 3102      counters of messages and positions; 06 3103, 3104: of measurements
    06 5001, 5002      latitude and longitude, 1e-6 deg
    03 5101 u8         battery, 0.1 V
    2A25, 2A26         serial number, not read
    F1.. to F9..       answers to downlinks, not read

Codes of valves: 0 closed, 1 open; of sensors: 0 low, 1 high; from 2 on they say why there is no state.

Source: https://github.com/TheThingsNetwork/lorawan-devices (pepperl-fuchs/wilsen.js), facts only.
"""

from collections.abc import Iterator

from decoders.kit import AnyField, Decoder, Record, Tlv, bits, f32, i32, u8, u16, u32

REASONS = range(2, 16)


def tenth(value: float) -> float:
    """The sensor says tenths of a degree, in a float of more digits."""
    return round(value, 1)


def pair(byte: int, quantity: str, first: int) -> tuple[AnyField, ...]:
    """Two states of four bits each."""
    return tuple(bits(byte, 4 * n + 3, 4 * n, quantity, "1", channel=f"{first + n}", missing=REASONS) for n in range(2))


def states() -> dict[int, Record]:
    """What the sensors say."""
    found = {
        0x0201: (4, (f32(0, "air_temperature", "Cel", convert=tenth),)),
        0x0B01: (2, (u16(0, "distance", "cm"),)),
        0x0B02: (2, (u16(0, "distance", "mm"),)),
        0x0B06: (1, (u8(0, "bin_fill_level", "%"),)),
        0x0B07: (1, (u8(0, "signal_quality", "1", channel="echo"),)),
        0x0B08: (2, (u16(0, "water_level", "mm"),)),
        0x0C01: (2, (u8(0, "device_state", "1", channel="valve"),)),
        0x0C02: (1, pair(0, "valve_open", 1)),
        0x0C03: (2, (*pair(1, "digital_input", 1), *pair(0, "digital_input", 3))),
        0x0C04: (1, pair(0, "digital_input", 1)),
        0x3101: (2, (u16(0, "event_count", "1", channel="message"),)),
        0x3102: (2, (u16(0, "event_count", "1", channel="position"),)),
        0x3103: (4, (u32(0, "event_count", "1", channel="measurement"),)),
        0x3104: (4, (u32(0, "event_count", "1", channel="measurement"),)),
        0x5001: (4, (i32(0, "latitude", "deg", div=1_000_000),)),
        0x5002: (4, (i32(0, "longitude", "deg", div=1_000_000),)),
        0x5101: (1, (u8(0, "battery_voltage", "V", div=10),)),
        0x2A25: (14, ()),
        0x2A26: (6, ()),
    }
    return {(size + 2) << 16 | id_: Record(size, fields) for id_, (size, fields) in found.items()}


def answers() -> Iterator[tuple[int, Record]]:
    """Answers to downlinks."""
    for size in (0, 1, 2, 4, 6, 8, 16):
        for group in range(0xF1, 0xFA):
            for number in range(1, 32):
                yield (size + 2) << 16 | group << 8 | number, Record(size)


MODELS = ("wilsen-sonic-level", "wilsen-sonic-distance", "wilsen-node", "wilsen-valve", "wilsen")

DECODER = Decoder(
    id="pepperl-fuchs-wilsen",
    vendor="Pepperl+Fuchs",
    model="WILSEN",
    source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/pepperl-fuchs",
    layouts=(Tlv(records=dict(answers()) | states(), id_size=3),),
    identifiers={"ttn": tuple(f"pepperl-fuchs/{model}" for model in MODELS), "chirpstack": ("WILSEN",)},
)
