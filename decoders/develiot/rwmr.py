"""Develiot RWMR: reads water meters by pulses.

fPort 12, 11 bytes, little-endian: `FS AAAAAAAA BBBBBBBB VV TT`

- F: firmware (4 bit); S: what is switched on: bits 0 and 1 the counters, 2 the temperature
- A, B: pulses, uint32
- V: battery, 255 are 3.3 V; T: temperature, 0..255 are -30..60 degC; both coarse, given with two decimals

Source: https://github.com/TheThingsNetwork/lorawan-devices (develiot/rwmr.js), facts only.
"""

from decoders.kit import Decoder, Frame, When, rounded, u8, u32

DECODER = Decoder(
    id="develiot-rwmr",
    vendor="Develiot",
    model="RWMR",
    source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/develiot/rwmr.js",
    layouts=(
        Frame(
            ports=12,
            length=11,
            byteorder="little",
            fields=(
                u32(1, "pulse_count", "1", channel="1"),
                u32(5, "pulse_count", "1", channel="2"),
                u8(9, "battery_voltage", "V", **rounded(2, mul=33, div=2550)),
                u8(
                    10,
                    "air_temperature",
                    "Cel",
                    **rounded(2, mul=90, add=-30 * 255, div=255),
                    when=When(at=(0, 2), width=1),
                ),
            ),
        ),
    ),
    identifiers={"ttn": ("develiot/rwmr", "develiot/rwmrxl"), "chirpstack": ("RWMR",)},
)
