"""What all TEKTELIC sensors share: fPort 10, records of channel and type and big-endian data.

    CC TT DD.. CC TT DD.. ...

Answers to questions on the settings come on fPort 100 (register, data), those to writes on fPort 101; what is logged
while the network was out of reach comes on other ports. They are recognised and not read.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/tektelic), facts only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from decoders.kit import NONZERO, AnyField, Decoder, Field, Frame, Record, Tlv, bits, i16, u8, u16

TEMPERATURE = Record(2, (i16(0, "air_temperature", "Cel", div=10),))
HUMIDITY = Record(1, (u8(0, "relative_humidity", "%", div=2),))
BOARD = Record(2, (i16(0, "internal_temperature", "Cel", div=10),))
HUNDREDTHS = Record(2, (i16(0, "battery_voltage", "V", div=100),))
THOUSANDTHS = Record(2, (u16(0, "battery_voltage", "V", div=1000),))


def state(quantity: str, channel: str = "") -> Record:
    """A byte that says yes when it is not 0."""
    return Record(1, (u8(0, quantity, "1", table=NONZERO, channel=channel),))


def count(quantity: str = "event_count", channel: str = "") -> Record:
    """A counter of 16 bits."""
    return Record(2, (u16(0, quantity, "1", channel=channel),))


def axes(order: str = "xyz") -> Record:
    """Acceleration, 0.001 g."""
    return Record(6, tuple(i16(2 * n, f"acceleration_{axis}", "[g]", div=1000) for n, axis in enumerate(order)))


def battery_status(channel: str = "", base: float = 2.5) -> Record:
    """Battery, 0.01 V above `base`, and a flag for its end."""
    fields: tuple[AnyField, ...] = (
        bits(0, 6, 0, "battery_voltage", "V", div=100, offset=base, channel=channel),
        Field(quantity="battery_low", unit="1", at=(0, 7), width=1, channel=channel),
    )
    return Record(1, fields)


OTHER_PORTS = (
    Frame(ports=100, length=range(1, 243), note="the device's settings"),
    Frame(ports=101, length=range(1, 243), note="the answer to a change of settings"),
)


def tektelic(
    model: str, name: str, records: Mapping[int, Record], ttn: Iterable[str], chirpstack: Iterable[str] = ()
) -> Decoder:
    """A decoder of one family of models; `name` ends its id."""
    return Decoder(
        id=f"tektelic-{name}",
        vendor="TEKTELIC",
        model=model,
        source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/tektelic",
        layouts=(Tlv(records=records, ports=10, id_size=2), *OTHER_PORTS),
        identifiers={"ttn": tuple(f"tektelic/{one}" for one in ttn), "chirpstack": (model, *chirpstack)},
    )
