"""Bosch TPS110: parking sensor, radar and magnetometer; firmware 0.23.3 and 0.29.2.

The fPort is the kind of message; all little-endian:

    1: OO                  parking: bit 0 occupied
    2: OO TT               heartbeat: as above; int8, degC (not with old firmware)
    3: cc c. .. .. (three times) MM NN PP RR OO   start: three debug codes of 12 bit, firmware, cause of the reset
                           (1 watchdog, 2 power on, 3 system request, 4 other), bit 0 occupied
    4, 5:                  device information and usage, not described
    6: tttttttt cc c. .... ss ss    debug: clock, code of 12 bit, number of the message

Source: https://github.com/TheThingsNetwork/lorawan-devices (bosch/tpl110-0292.js), facts only.
"""

from decoders.kit import Decoder, Field, Frame, flag, i8, u8


def _code(byte: int, channel: str) -> Field:
    """A debug code; 0 is none."""
    return Field(quantity="fault_code", unit="1", at=8 * byte, width=12, missing=0, channel=channel)


DECODER = Decoder(
    id="bosch-tps110",
    vendor="Bosch",
    model="TPS110",
    source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/bosch/tpl110-0292.js",
    layouts=(
        Frame(ports=1, length=1, byteorder="little", fields=(flag(0, 0, "occupancy"),)),
        Frame(
            ports=2,
            length=(1, 2),
            byteorder="little",
            fields=(flag(0, 0, "occupancy"), i8(1, "internal_temperature", "Cel")),
        ),
        Frame(
            ports=3,
            length=17,
            byteorder="little",
            fields=(
                flag(16, 0, "occupancy"),
                _code(0, "1"),
                _code(4, "2"),
                _code(8, "3"),
                u8(15, "device_state", "1", channel="reset"),
            ),
        ),
        Frame(ports=4, length=range(1, 60), note="device information"),
        Frame(ports=5, length=range(1, 60), note="device usage"),
        Frame(ports=6, length=range(10, 60), byteorder="little", fields=(_code(4, "debug"),), note="debug message"),
    ),
    identifiers={
        "ttn": ("bosch/tps110-0292", "bosch/tps110-0233", "bosch/tps110", "bosch/tpl110-0292"),
        "chirpstack": ("TPS110",),
    },
)
