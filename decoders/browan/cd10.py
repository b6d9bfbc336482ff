"""Browan MerryIoT CD10: CO2, air temperature and humidity.

fPort 127, 7 bytes, little-endian:

    SS BB TT TT HH CC CC

- S: bit 0: CO2 above the threshold now, bit 1: button, bit 4: passed the threshold, bit 5: calibrated
- B: bits 3..0 battery, V = (21 + B) / 10
- T: temperature, 0.1 degC
- H: relative humidity, %
- C: CO2, ppm

Source: https://github.com/TheThingsNetwork/lorawan-devices (browan/cd10.js), facts only.
"""

from decoders.kit import Decoder, Frame, bits, flag, i16, u8, u16

DECODER = Decoder(
    id="browan-cd10",
    vendor="Browan",
    model="CD10",
    source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/browan/cd10.js",
    layouts=(
        Frame(
            ports=127,
            length=range(7, 12),
            byteorder="little",
            fields=(
                u16(5, "co2", "[ppm]"),
                i16(2, "air_temperature", "Cel", div=10),
                u8(4, "relative_humidity", "%"),
                bits(1, 3, 0, "battery_voltage", "V", add=21, div=10),
                flag(0, 0, "alarm", channel="co2"),
                flag(0, 1, "button"),
                flag(0, 4, "device_state", channel="threshold"),
                flag(0, 5, "device_state", channel="calibration"),
            ),
        ),
    ),
    identifiers={"ttn": ("browan/cd10",), "chirpstack": ("CD10", "MerryIoT CD10", "WSMS-157")},
)
