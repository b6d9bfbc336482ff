"""Browan MerryIoT DW10: door and window sensor with temperature and humidity.

fPort 120, 9 bytes, little-endian:

    SS BB TT HH MM MM CC CC CC

- S: bit 0: open, bit 1: button, bit 2: vibration, bit 3: tilt
- B: bits 3..0 battery, V = (21 + B) / 10
- T: temperature, int8, degC
- H: relative humidity, %
- M: minutes that the door was open
- C: openings since the device started

Source: DW10 decoder of Tasmota (https://github.com/arendst/Tasmota, LoRaWAN decoders), facts only.
"""

from decoders.kit import Decoder, Frame, bits, flag, i8, u8, u16, u24

DECODER = Decoder(
    id="browan-dw10",
    vendor="Browan",
    model="DW10",
    source="https://github.com/arendst/Tasmota, LoRaWAN decoder of the DW10",
    layouts=(
        Frame(
            ports=120,
            length=9,
            byteorder="little",
            fields=(
                flag(0, 0, "contact"),
                flag(0, 1, "button"),
                flag(0, 2, "tamper"),
                flag(0, 3, "tilted"),
                bits(1, 3, 0, "battery_voltage", "V", add=21, div=10),
                i8(2, "air_temperature", "Cel"),
                u8(3, "relative_humidity", "%"),
                u16(4, "duration", "min", channel="open"),
                u24(6, "event_count", "1"),
            ),
        ),
    ),
    identifiers={"ttn": ("browan/dw10",), "chirpstack": ("DW10", "MerryIoT DW10", "WSMS-158")},
)
