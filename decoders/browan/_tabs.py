"""What the frames of Browan's Tabs sensors share.

    SS BB TT MM MM CC CC CC

- S: status, its meaning depends on the model
- B: bits 3..0 battery, V = (25 + B) / 10
- T: bits 6..0 temperature of the board, degC = T - 32
- M: minutes since the last event, C: events since the device started (models that report events)

Source: Browan reference manuals of TBHV110, TBSL100 and TBWL100.
"""

from collections.abc import Collection

from decoders.kit import AnyField, Decoder, Field, Frame, When, bits, u16, u24

BATTERY = bits(1, 3, 0, "battery_voltage", "V", add=25, div=10)
BOARD = bits(2, 6, 0, "internal_temperature", "Cel", add=-32)
SINCE = u16(3, "duration", "min", channel="since_event")
EVENTS = u24(5, "event_count", "1")


def temperature(byte: int, quantity: str = "air_temperature") -> Field:
    """A temperature in 7 bits, degC + 32."""
    return bits(byte, 6, 0, quantity, "Cel", add=-32)


def humidity(byte: int) -> Field:
    """Relative humidity in 7 bits; 127 is a measurement error."""
    return bits(byte, 6, 0, "relative_humidity", "%", missing=127)


def tabs(
    model: str,
    port: int,
    length: Collection[int],
    fields: tuple[AnyField, ...],
    *,
    ttn: tuple[str, ...] = (),
    chirpstack: tuple[str, ...] = (),
    empty: bool = False,
) -> Decoder:
    """A decoder of one model; `empty`: a message of zeros alone says nothing."""
    frame = Frame(ports=port, length=length, byteorder="little", fields=fields)
    zeros = tuple(When(at=8 * byte, equals=0) for byte in range(min(length)))
    nothing = Frame(ports=port, length=length, byteorder="little", when=zeros, note="an empty message")
    return Decoder(
        id=f"browan-{model.lower()}",
        vendor="Browan",
        model=model,
        source=f"https://github.com/TheThingsNetwork/lorawan-devices, vendor/browan/{model.lower()}.js",
        layouts=(nothing, frame) if empty else (frame,),
        identifiers={
            "ttn": (f"browan/{model.lower()}", *(f"browan/{name}" for name in ttn)),
            "chirpstack": (model, *chirpstack),
        },
    )
