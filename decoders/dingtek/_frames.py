"""What the frames of all Dingtek sensors share: fPort 3, big-endian.

    80 SS MM KK NN ... FFFF 81

- M: model, K: 1 heartbeat, 2 alarm or event, 3 settings, N: number of bytes
- F: counter of the messages (in most models behind the data)

Alarms are half bytes that are not 0. Temperatures are whole degrees in two's complement.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/dingtek), facts only.
"""

from decoders.kit import NONZERO, AnyField, Decoder, Field, Frame, When, bits, f32, i8, u8, u16

KIND = 24
SETTINGS = 3


def alarm(byte: int, half: str, quantity: str = "alarm", *, channel: str = "") -> Field:
    """A half byte ("high" or "low") that says yes when it is not 0."""
    high, low = (7, 4) if half == "high" else (3, 0)
    return bits(byte, high, low, quantity, "1", channel=channel, table=NONZERO)


def distance(byte: int = 5) -> Field:
    """Distance from the sensor to what is below it, mm."""
    return u16(byte, "distance", "mm")


def temperature(byte: int = 8, quantity: str = "air_temperature") -> Field:
    """Whole degrees."""
    return i8(byte, quantity, "Cel")


def battery(byte: int) -> Field:
    """Battery, 0.01 V."""
    return u16(byte, "battery_voltage", "V", div=100)


def angle(byte: int) -> Field:
    """Tilt: a byte whose low half is not 0 for negative angles, and the degrees."""
    return Field(quantity="tilt", unit="deg", at=8 * byte + 4, width=12, convert=_signed, invert=_two_bytes)


def _signed(raw: int) -> float:
    return float(raw & 0xFF if raw >> 8 == 0 else -(raw & 0xFF))


def _two_bytes(value: float) -> float:
    return value if value >= 0 else 0x100 - value


def position(byte: int) -> tuple[Field, ...]:
    """Longitude and latitude as floats, little-endian; 0 and 0 when there is no fix."""
    return (
        f32(byte, "longitude", "deg", byteorder="little", missing=0),
        f32(byte + 4, "latitude", "deg", byteorder="little", missing=0),
    )


def data(length: int, *fields: AnyField) -> Frame:
    """A heartbeat or an alarm."""
    end = When(at=8 * (length - 1), equals=0x81)
    return Frame(ports=3, length=length, when=(When(at=KIND, equals=(1, 2)), end), fields=fields)


def settings(length: int) -> Frame:
    """The device's settings, which it sends when they are changed."""
    end = When(at=8 * (length - 1), equals=0x81)
    return Frame(
        ports=3, length=length, when=(When(at=KIND, equals=SETTINGS), end), note="the device's settings"
    )  # fmt: skip


def dingtek(model: str, *layouts: Frame) -> Decoder:
    """A decoder of one model."""
    name = model.lower()
    return Decoder(
        id=f"dingtek-{name}",
        vendor="Dingtek",
        model=model,
        source=f"https://github.com/TheThingsNetwork/lorawan-devices, vendor/dingtek/{name}-codec.yaml",
        layouts=layouts,
        identifiers={"ttn": (f"dingtek/{name}",), "chirpstack": (model,)},
    )


__all__ = [
    "alarm", "angle", "battery", "data", "dingtek", "distance", "position", "settings", "temperature", "u8", "u16",
]  # fmt: skip
