"""Browan L0010: Gasmatic level reader of gas tanks.

fPort 51, 10 bytes (position of the needle) or 9 bytes (a WiFi network that was heard); fPort 64, 11 bytes (a pressure
transducer that was heard by BLE); little-endian:

    TT BB 11 11 22 22 44 44 66 66          T: bit 0: 0, bits 3..1: 2; converter inputs 1, 2, 4, 6 (counts)
    TT MM MM MM MM MM MM RR BB             T: bit 0: 1; M: address, R: level, dBm = -R
    TT MM MM MM MM MM MM PP PP BB AA       T: bits 3..1: 4; P: pressure (counts), A: battery of the transducer, %

- B: battery, % = B / 63.75 * 100

Addresses of other people's devices are not read.

Source: https://github.com/TheThingsNetwork/lorawan-devices (browan/l0010.js), facts only.
"""

from decoders.kit import Decoder, Field, Frame, u8, u16


def _battery(byte: int) -> Field:
    return u8(byte, "battery_level", "%", mul=10000, div=6375)


DECODER = Decoder(
    id="browan-l0010",
    vendor="Browan",
    model="L0010",
    source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/browan/l0010.js",
    layouts=(
        Frame(
            ports=51,
            length=10,
            byteorder="little",
            fields=(
                *(u16(2 + 2 * n, "analog_value", "1", channel=name) for n, name in enumerate("1246")),
                _battery(1),
            ),
        ),
        Frame(ports=51, length=9, byteorder="little", fields=(_battery(8),)),
        Frame(
            ports=64,
            length=11,
            byteorder="little",
            fields=(
                u16(7, "analog_value", "1", channel="pressure"),
                _battery(9),
                u8(10, "battery_level", "%", channel="transducer"),
            ),
        ),
    ),
    identifiers={"ttn": ("browan/l0010",), "chirpstack": ("L0010",)},
)
