"""Noah trash bin sensor: level, temperature.

Any fPort, little-endian: `TTTT VVVV LLLL`

- T, L: sign, 4 bit exponent e, 11 bit fraction m: m / 2048 * 2^(e - 15), times 100: degC and %
- V: uint16, 0.1 mV

The published example names L "remaining in trashbin"; it is given as the level the device itself speaks of.

Source: https://github.com/TheThingsNetwork/lorawan-devices (noah/trashbin-sensor.js), facts only; the form of
the numbers is MCCI's sflt16.
"""

from decoders.kit import Decoder, Frame, u16


def _hundredfold(raw: int) -> float:
    value = (raw & 0x7FF) / 2048 * 2.0 ** ((raw >> 11 & 0xF) - 15) * 100
    return -value if raw & 0x8000 else value


DECODER = Decoder(
    id="noah-trashbin-sensor",
    vendor="Noah",
    model="Trash bin sensor",
    source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/noah/trashbin-sensor.js",
    layouts=(
        Frame(
            length=6,
            byteorder="little",
            fields=(
                u16(4, "bin_fill_level", "%", convert=_hundredfold),
                u16(0, "internal_temperature", "Cel", convert=_hundredfold),
                u16(2, "battery_voltage", "V", div=10000),
            ),
        ),
    ),
    identifiers={"ttn": ("noah/trashbin-sensor",), "chirpstack": ("trashbin-sensor",)},
)
