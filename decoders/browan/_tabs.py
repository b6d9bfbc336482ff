"""What the frames of Browan's Tabs sensors share.

    SS BB TT ...

- S: status, its meaning depends on the model
- B: bits 3..0 battery, V = (25 + B) / 10
- T: bits 6..0 temperature, degC = T - 32

Source: Browan reference manuals of TBHV110, TBSL100 and TBWL100.
"""

from decoders.kit import Field, bits

BATTERY = bits(1, 3, 0, "battery_voltage", "V", add=25, div=10)


def temperature(byte: int, quantity: str = "air_temperature") -> Field:
    """A temperature in 7 bits, degC + 32."""
    return bits(byte, 6, 0, quantity, "Cel", add=-32)


def humidity(byte: int) -> Field:
    """Relative humidity in 7 bits; 127 is a measurement error."""
    return bits(byte, 6, 0, "relative_humidity", "%", missing=127)
