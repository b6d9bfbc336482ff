"""Teneo IoT filling degree sensor: distance in a container.

    port 1  BB DDDD [SS] [TTTT HHHH]    battery, V = 2 + B / 10; distance, cm; status; 0.01 degC; 0.01 %RH
    port 2  BB SS                       battery, status
    port 3  BB                          battery, it is being charged

A status other than 0 says that there is no distance (4: nothing in reach).

Source: https://github.com/TheThingsNetwork/lorawan-devices (teneo-iot/filling-degree-sensor.js), facts only.
"""

from decoders.kit import Decoder, Field, Frame, When, i16, u8, u16

BATTERY = u8(0, "battery_voltage", "V", div=10, offset=2)
DISTANCE = u16(1, "distance", "cm")


def climate(byte: int) -> tuple[Field, Field]:
    """Temperature and humidity."""
    return i16(byte, "air_temperature", "Cel", div=100), u16(byte + 2, "relative_humidity", "%", div=100)


VALID = When(at=24, equals=0)
STATUS = u8(3, "fault_code", "1")

DECODER = Decoder(
    id="teneo-iot-filling-degree-sensor",
    vendor="Teneo IoT",
    model="Filling Degree Sensor",
    source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/teneo-iot",
    layouts=(
        Frame(ports=1, length=3, fields=(BATTERY, DISTANCE)),
        Frame(ports=1, length=7, fields=(BATTERY, DISTANCE, *climate(3))),
        Frame(ports=1, length=4, when=VALID, fields=(BATTERY, DISTANCE, STATUS)),
        Frame(ports=1, length=8, when=VALID, fields=(BATTERY, DISTANCE, STATUS, *climate(4))),
        Frame(ports=1, length=4, fields=(BATTERY, STATUS)),
        Frame(ports=1, length=8, fields=(BATTERY, STATUS, *climate(4))),
        Frame(ports=2, length=2, fields=(BATTERY, u8(1, "fault_code", "1"))),
        Frame(ports=3, length=range(1, 9), fields=(BATTERY,), note="the battery is being charged"),
    ),
    identifiers={"ttn": ("teneo-iot/filling-degree-sensor",), "chirpstack": ("Filling Degree Sensor",)},
)
