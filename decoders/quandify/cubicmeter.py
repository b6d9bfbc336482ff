"""Quandify CubicMeter 1.1: water meter clamped onto a pipe (copper or plastic).

    fPort 1, 2: tttttttt EEEE VVVVVVVV .... .. LL AA RR ll hh aa     report and alarm, little-endian
    fPort 6:    PP SS KK ...                                         answer on fPort P; S: 0 well done; K: 1 a report,
                                                                     2 hardware, 4 settings

- t: the device's clock (s, not of this epoch)
- E: code of the error: 0 none, 180 reverse flow, 1A3, 1A5, 8000 not measuring
- V: litres in all, uint32 at byte 6
- L (byte 22): leak, 2 or less: none, 3 medium, 4 large
- A, R: battery under load and recovered, 1.8 V + 8 mV
- l, h, a: water's lowest and highest temperature since the last report, temperature around; degC = raw / 2 - 20

Source: https://github.com/TheThingsNetwork/lorawan-devices (quandify/cubicmeter-1-1-uplink.js), facts only.
"""

from decoders.kit import AnyField, Decoder, Frame, When, u8, u16, u32

LEAK = {0: 0, 1: 0, 2: 0, 3: 1, 4: 1}


def _report(start: int) -> tuple[AnyField, ...]:
    def temperature(byte: int, quantity: str, channel: str = "") -> AnyField:
        return u8(start + byte, quantity, "Cel", div=2, offset=-20, channel=channel)

    def battery(byte: int, channel: str) -> AnyField:
        return u8(start + byte, "battery_voltage", "V", mul=8, div=1000, offset=1.8, channel=channel)

    return (
        u32(start + 6, "water_volume", "L"),
        u8(start + 22, "leak", "1", table=LEAK),
        u8(start + 22, "device_state", "1", channel="leak"),
        u16(start + 4, "fault_code", "1"),
        u16(start + 4, "backflow", "1", convert=lambda raw: float(raw == 384)),
        battery(23, "active"),
        battery(24, ""),
        temperature(25, "water_temperature", "min"),
        temperature(26, "water_temperature", "max"),
        temperature(27, "air_temperature"),
    )


ANSWERED = When(at=16, equals=1)

DECODER = Decoder(
    id="quandify-cubicmeter",
    vendor="Quandify",
    model="CubicMeter 1.1",
    source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/quandify/cubicmeter-1-1-uplink.js",
    layouts=(
        Frame(ports=(1, 2), length=range(28, 52), byteorder="little", fields=_report(0)),
        Frame(ports=6, length=range(31, 55), byteorder="little", when=ANSWERED, fields=_report(3)),
        Frame(ports=6, length=range(3, 55), note="answer to a command"),
        Frame(ports=0, length=range(60), note="ping"),
    ),
    identifiers={
        "ttn": tuple(
            f"quandify/{n}" for n in ("cubicmeter", "cubicmeter-1-1-copper", "cubicmeter-1-1-plastic", "cubicmeter-1-1")
        ),
        "chirpstack": ("CubicMeter 1.1 Copper", "CubicMeter 1.1 Plastic"),
    },
)
