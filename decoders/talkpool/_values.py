"""What the frames of Talkpool's OY sensors share.

    TT HH th    T, t: 12 bit temperature, its lowest four in the upper half of the third byte; H, h: humidity, likewise

Source: Talkpool OY1110 user manual 1.0, chapter 9.3; the decoders in
https://github.com/TheThingsNetwork/lorawan-devices (vendor/talkpool), facts only.
"""

from decoders.kit import AnyField, Computed, Decoder, Field, Layout

COMMANDS = "answer to a command"


def climate(*, temperature: int = 800, humidity: int = 250) -> tuple[AnyField, ...]:
    """Temperature (0.1 degC) and humidity (0.1 %) in the first three bytes; the offsets are subtracted."""

    def value(offset: int, *, signed: bool) -> object:
        def read(high: float, low: float) -> float:
            raw = int(high) << 4 | int(low)
            return (raw - (4096 if signed and raw > 2047 else 0) - offset) / 10

        return read

    def halves(byte: int, bit: int) -> tuple[Field, Field]:
        return Field(quantity="", at=8 * byte), Field(quantity="", at=(2, bit), width=4)

    return (
        Computed(
            quantity="air_temperature", unit="Cel", inputs=halves(0, 4),
            function=value(temperature, signed=not temperature),  # type: ignore[arg-type]  # a function of two numbers
        ),
        Computed(
            quantity="relative_humidity", unit="%", inputs=halves(1, 0),
            function=value(humidity, signed=False),  # type: ignore[arg-type]  # a function of two numbers
        ),
    )  # fmt: skip


def talkpool(model: str, *layouts: Layout) -> Decoder:
    """The decoder of one model."""
    name = model.lower()
    return Decoder(
        id=f"talkpool-{name}",
        vendor="Talkpool",
        model=model,
        source=f"https://github.com/TheThingsNetwork/lorawan-devices, vendor/talkpool/{name}.js",
        layouts=layouts,
        identifiers={"ttn": (f"talkpool/{name}",), "chirpstack": (model,)},
    )
