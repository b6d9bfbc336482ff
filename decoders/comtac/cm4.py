"""comtac LPN CM-4: air temperature and humidity.

    fPort 3:   01 .... BB, then 03 TTTT HH (now) or 04 and eight times TTTT HH (stored)
    fPort 100, 101: 01 .... BB ...    settings, version

B: 0.5 %; T: int16, 0.01 degC, 250 degC: none; H: %, 250: none. The time between stored values is a setting that is
not in the message: they come as channels "sample-n".

Source: https://github.com/TheThingsNetwork/lorawan-devices (comtac/lpn-cm4.js), facts only.
"""

from decoders.kit import AnyField, Decoder, Frame, Record, Tlv, When, i16, u8

BATTERY = u8(3, "battery_level", "%", div=2)


def _sample(byte: int, channel: str) -> tuple[AnyField, ...]:
    return (
        i16(byte, "air_temperature", "Cel", div=100, missing=25_000, channel=channel),
        u8(byte + 2, "relative_humidity", "%", convert=float, missing=250, channel=channel),
    )


DECODER = Decoder(
    id="comtac-cm4",
    vendor="comtac",
    model="LPN CM-4",
    source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/comtac/lpn-cm4.js",
    layouts=(
        Tlv(
            ports=3,
            when=lambda payload: payload[0] == 1,
            head=(BATTERY,),
            start=4,
            records={
                3: Record(3, _sample(0, "")),
                4: Record(24, tuple(field for n in range(8) for field in _sample(3 * n, f"sample-{n + 1}"))),
            },
        ),
        Frame(
            ports=(100, 101),
            length=range(4, 30),
            when=When(at=0, equals=1),
            fields=(BATTERY,),
            note="settings or version",
        ),
    ),
    identifiers={"ttn": ("comtac/lpn-cm4",), "chirpstack": ("LPN CM-4",)},
)
