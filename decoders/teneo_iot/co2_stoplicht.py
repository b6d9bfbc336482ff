"""Teneo IoT CO2 Stoplicht: carbon dioxide, temperature and humidity of a room.

    port 1    BB .. CCCCCCCC TTTT HHHH    battery, V = 2 + (B & 15) / 10; 0.01 ppm; 0.01 degC; 0.01 %RH
    port 223  SS                          bits 7..6 are 10: bits 5..0 say the state of the device

Source: https://github.com/TheThingsNetwork/lorawan-devices (teneo-iot/co2-stoplicht.js), facts only.
"""

from decoders.kit import Decoder, Frame, When, bits, i16, u16, u32

DECODER = Decoder(
    id="teneo-iot-co2-stoplicht",
    vendor="Teneo IoT",
    model="CO2 Stoplicht",
    source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/teneo-iot",
    layouts=(
        Frame(
            ports=1,
            length=10,
            fields=(
                bits(0, 3, 0, "battery_voltage", "V", div=10, offset=2),
                u32(2, "co2", "[ppm]", div=100),
                i16(6, "air_temperature", "Cel", div=100, missing=0x7FFF),
                u16(8, "relative_humidity", "%", div=100),
            ),
        ),
        Frame(
            ports=223,
            length=range(1, 11),
            when=When(at=(0, 6), width=2, equals=2),
            fields=(bits(0, 5, 0, "device_state", "1"),),
        ),
    ),
    identifiers={"ttn": ("teneo-iot/co2-stoplicht",), "chirpstack": ("CO2 Stoplicht",)},
)
