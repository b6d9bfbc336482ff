"""Sting Pengy: outdoor air quality station; the fPort tells the firmware. All uint16 but the temperature, big-endian.

    1 (1.0): HHHH TTTT RRRR FFFF
    2 (1.5): HHHH TTTT RRRR FFFF PPPP CCCC NNNN OOOO SSSS
    3 (2.0): HHHH TTTT PPPP UUUU FFFF RRRR SSSS

- H: 0.1 %RH, more than 100 is 100
- T: int16, 0.1 degC
- R, F, U: PM10, PM2.5, PM1, 0.1 ug/m3, given as whole numbers; more than 5000 is none
- P: hPa
- C, N: carbon monoxide and ammonia; O: nitrogen dioxide, 0.01; the unit is not published, ppm is what the gas sensor
  of such stations gives
- S: sound level, 0.01 dB(A)

Source: https://github.com/TheThingsNetwork/lorawan-devices (sting/pengy-decoder.js), facts only.
"""

from decoders.kit import AnyField, Decoder, Frame, i16, rounded, u16

_WHOLE = rounded(0, div=10)
_TOO_MUCH = range(50_005, 65_536)
HUMIDITY = u16(0, "relative_humidity", "%", convert=lambda raw: min(raw / 10, 100.0), invert=lambda value: value * 10)
TEMPERATURE = i16(2, "air_temperature", "Cel", div=10, missing=range(1001, 0x10000 - 500))


def _dust(byte: int, quantity: str) -> AnyField:
    return u16(byte, quantity, "ug/m3", missing=_TOO_MUCH, **_WHOLE)


def _sound(byte: int) -> AnyField:
    return u16(byte, "sound_level_a", "dB(A)", div=100)


DECODER = Decoder(
    id="sting-pengy",
    vendor="Sting",
    model="Pengy",
    source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/sting/pengy-decoder.js",
    layouts=(
        Frame(ports=1, length=8, fields=(HUMIDITY, TEMPERATURE, _dust(4, "pm10"), _dust(6, "pm2_5"))),
        Frame(
            ports=2,
            length=18,
            fields=(
                HUMIDITY,
                TEMPERATURE,
                _dust(4, "pm10"),
                _dust(6, "pm2_5"),
                u16(8, "air_pressure", "hPa"),
                u16(10, "co", "[ppm]"),
                u16(12, "ammonia", "[ppm]"),
                u16(14, "no2", "[ppm]", div=100),
                _sound(16),
            ),
        ),
        Frame(
            ports=3,
            length=14,
            fields=(
                HUMIDITY,
                TEMPERATURE,
                u16(4, "air_pressure", "hPa"),
                _dust(6, "pm1"),
                _dust(8, "pm2_5"),
                _dust(10, "pm10"),
                _sound(12),
            ),
        ),
    ),
    identifiers={"ttn": ("sting/pengy",), "chirpstack": ("Pengy",)},
)
