"""Teneo IoT soil moisture sensor.

    port 1  BB MM [TTTT ....]    battery, V = 2 + B / 10; moisture, %; 0.01 degC; two bytes of unknown meaning
    port 3  BB                   battery, it is being charged

Source: https://github.com/TheThingsNetwork/lorawan-devices (teneo-iot/soil-moisture-sensor.js), facts only.
"""

from decoders.kit import Decoder, Frame, i16, u8

BATTERY = u8(0, "battery_voltage", "V", div=10, offset=2)
MOISTURE = u8(1, "soil_moisture", "%")

DECODER = Decoder(
    id="teneo-iot-soil-moisture-sensor",
    vendor="Teneo IoT",
    model="Soil Moisture Sensor",
    source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/teneo-iot",
    layouts=(
        Frame(ports=1, length=2, fields=(BATTERY, MOISTURE)),
        Frame(ports=1, length=6, fields=(BATTERY, MOISTURE, i16(2, "soil_temperature", "Cel", div=100))),
        Frame(ports=3, length=range(1, 7), fields=(BATTERY,), note="the battery is being charged"),
    ),
    identifiers={"ttn": ("teneo-iot/soil-moisture-sensor",), "chirpstack": ("Soil Moisture Sensor",)},
)
