"""ESP32-Paxcounter: counts devices with Wi-Fi and Bluetooth nearby, without their addresses; format "packed".

    1   [LLLLLLLL LLLLLLLL] WWWW [BBBB] [..]    devices by Wi-Fi and Bluetooth; position, particles; told by length
    2   UUUU R*8 TT MMMMMMMM RR NNNNNNNN        mV, uptime in s, degC of the chip, free memory, reset, restarts
    3   ..                                      settings
    4   LLLLLLLL LLLLLLLL [SS HHHH AAAA]        position in 1e-6 deg, satellites, 0.01 dilution of precision, m
    5   BB                                      button
    7   TTTT PPPP HHHH IIII                     0.01 degC (big-endian), 0.1 hPa, 0.01 %RH, 0.01 air quality index
    8   UUUU                                    mV
    9   ..                                      clock synchronisation
    10  CCCC                                    exposure notifications heard

Little-endian. Particles are in 0.1 ug/m3.

Source: https://github.com/cyberman54/ESP32-Paxcounter (src/payload.cpp) and
https://github.com/TheThingsNetwork/lorawan-devices (opensource/esp32-paxcounter-packed.js), facts only.
"""

from decoders.kit import NONZERO, AnyField, Computed, Decoder, Field, Frame, i16, i32, u8, u16, u32, u64


def wifi(byte: int) -> Field:
    """Devices heard by Wi-Fi."""
    return u16(byte, "device_count", "1", channel="wifi")


def both(byte: int) -> tuple[AnyField, ...]:
    """Devices heard by Wi-Fi and by Bluetooth, and all of them."""
    parts = (wifi(byte), u16(byte + 2, "device_count", "1", channel="bluetooth"))
    return (*parts, Computed(quantity="device_count", unit="1", inputs=parts, function=lambda a, b: a + b))


def place(byte: int) -> tuple[Field, ...]:
    """Latitude and longitude."""
    return i32(byte, "latitude", "deg", div=1_000_000), i32(byte + 4, "longitude", "deg", div=1_000_000)


def fix(byte: int) -> tuple[Field, ...]:
    """Position, and how good it is."""
    return (
        *place(byte),
        u8(byte + 8, "satellites", "1"),
        u16(byte + 9, "signal_quality", "1", div=100, channel="hdop"),
        i16(byte + 11, "altitude", "m"),
    )


def frame(ports: int, length: int, *fields: AnyField) -> Frame:
    """A message."""
    return Frame(ports=ports, length=length, byteorder="little", fields=fields)


DECODER = Decoder(
    id="opensource-esp32-paxcounter",
    vendor="Opensource",
    model="ESP32-Paxcounter",
    source="https://github.com/cyberman54/ESP32-Paxcounter, src/payload.cpp",
    layouts=(
        frame(1, 2, wifi(0)),
        frame(1, 4, *both(0)),
        frame(1, 8, *both(0), u16(4, "pm10", "ug/m3", div=10), u16(6, "pm2_5", "ug/m3", div=10)),
        frame(1, 10, *place(0), wifi(8)),
        frame(1, 12, *place(0), *both(8)),
        frame(1, 15, wifi(0), *fix(2)),
        frame(1, 17, *both(0), *fix(4)),
        frame(
            2,
            20,
            u16(0, "battery_voltage", "mV"),
            u64(2, "uptime", "s"),
            u8(10, "internal_temperature", "Cel"),
            u8(15, "device_state", "1", channel="reset_cause"),
            u32(16, "event_count", "1", channel="restart"),
        ),
        Frame(ports=3, length=range(1, 64), note="the device's settings"),
        frame(4, 8, *place(0)),
        frame(4, 13, *fix(0)),
        frame(5, 1, u8(0, "button", "1", table=NONZERO)),
        frame(
            7,
            8,
            i16(0, "air_temperature", "Cel", div=100, byteorder="big"),
            u16(2, "air_pressure", "hPa", div=10),
            u16(4, "relative_humidity", "%", div=100),
            u16(6, "iaq_index", "1", div=100),
        ),
        frame(8, 2, u16(0, "battery_voltage", "mV")),
        Frame(ports=9, length=(1, 5), note="a message on the device's clock"),
        frame(10, 2, u16(0, "device_count", "1", channel="exposure_notification")),
    ),
    identifiers={"ttn": ("opensource/esp32-paxcounter",), "chirpstack": ("ESP32-Paxcounter",)},
)
