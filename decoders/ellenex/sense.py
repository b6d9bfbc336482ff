"""Ellenex sensors for pressure, level, flow and temperature, firmware before 6 (which speaks CBOR).

fPort 15 (older: 1), 8 bytes, big-endian: `NNNN .. PPPP SSSS BB`

- P, S: first and second value, int16, in the resolution of the model, which is not in the message: given as they are
- B: 0.1 V

Flow meters (FMS2): `80 PPPP CCCCCCCC BB`, pressure and pulses (uint32).

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/ellenex), facts only.
"""

from decoders.kit import AnyField, Decoder, Frame, When, i16, u8, u32

PORTS = (1, 15)
BATTERY = u8(7, "battery_voltage", "V", div=10)


def _raw(byte: int, channel: str) -> AnyField:
    return i16(byte, "analog_value", "1", channel=channel)


def _ellenex(name: str, model: str, fields: tuple[AnyField, ...], ttn: tuple[str, ...]) -> Decoder:
    return Decoder(
        id=f"ellenex-sense-{name}",
        vendor="Ellenex",
        model=model,
        source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/ellenex",
        layouts=(Frame(ports=PORTS, length=8, fields=(*fields, BATTERY)),),
        identifiers={"ttn": tuple(f"ellenex/{n}" for n in ttn), "chirpstack": (model,)},
    )


DECODERS = (
    _ellenex("level", "PLS2-L", (_raw(3, "level"),), ("pls2-l", "pls3-l", "plc2-l", "pld2-l", "plm2-l", "plv2-l")),
    _ellenex(
        "pressure", "PTS2-L", (_raw(3, "pressure"),), ("pts2-l", "ptc2-l", "ptd2-l", "pte2-l", "ptf2-l", "pds2-l")
    ),
    _ellenex("single", "DUS2-L", (_raw(3, "1"),), ("codec-single", "dus2-l")),
    _ellenex("temperature", "TTS2-L", (_raw(5, "temperature"),), ("codec-single-t2", "tts2-l")),
    _ellenex("multi", "PDT2-L", (_raw(3, "1"), _raw(5, "temperature")), ("codec-multi", "pdt2-l")),
    Decoder(
        id="ellenex-sense-flow",
        vendor="Ellenex",
        model="FMS2-L",
        source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/ellenex/uplinkdecoder-t2.js",
        layouts=(
            Frame(
                ports=PORTS,
                length=8,
                when=When(at=0, equals=0x80),
                fields=(_raw(1, "pressure"), u32(3, "pulse_count", "1"), BATTERY),
            ),
        ),
        identifiers={"ttn": ("ellenex/codec-t2", "ellenex/fms2-l"), "chirpstack": ("FMS2-L",)},
    ),
)
