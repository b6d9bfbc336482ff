"""uRADMonitor model INDUSTRIAL: air quality with four electrochemical cells to choose.

Any fPort, 50 bytes, big-endian: `lat(3) lon(3) alt(2) speed(2)` from byte 10 on, the values of `_air` from byte 20 on,
then four times `GG cccccc`, then `11 2222 AA CC`

- lat, lon: sign and magnitude, 0.0001 deg; alt: sign and magnitude, m; speed: 0.1 (unit not published: not read); all 0
  without a satellite receiver
- G: gas: 2A O3, 2B SO2, 2C NO2, 04 CO, 03 H2S, 02 NH3, 31 Cl2; c: sign and magnitude, 0.001 ppm
- PM1 and PM10 as differences to PM2.5: less and more, ug/m3

Source: see `_air`.
"""

from decoders.kit import AnyField, Computed, Field, Frame, When, u8, u16
from decoders.uradmonitor._air import air, uradmonitor

GASES = {
    0x2A: "o3",
    0x2B: "so2",
    0x2C: "no2",
    0x04: "co",
    0x03: "hydrogen_sulfide",
    0x02: "ammonia",
    0x31: "chlorine",
}
LOCATED = When(at=80, width=24, equals=range(1, 1 << 24))


def _position(quantity: str, unit: str, byte: int, width: int, div: int) -> Field:
    return Field(quantity=quantity, unit=unit, at=8 * byte, width=width, form="magnitude", div=div, when=LOCATED)


def _gases() -> tuple[AnyField, ...]:
    return tuple(
        Field(
            quantity=gas, unit="[ppm]", at=8 * byte + 8, width=24, form="magnitude", div=1000,
            when=When(at=8 * byte, equals=code),
        )
        for byte in (29, 33, 37, 41)
        for code, gas in GASES.items()
    )  # fmt: skip


PM2_5 = u16(46, "pm2_5", "ug/m3")

DECODER = uradmonitor(
    "MODEL INDUSTRIAL",
    "industrial",
    Frame(
        length=50,
        fields=(
            _position("latitude", "deg", 10, 24, 10000),
            _position("longitude", "deg", 13, 24, 10000),
            _position("altitude", "m", 16, 16, 1),
            *air(20),
            *_gases(),
            Computed(quantity="pm1", unit="ug/m3", inputs=(PM2_5, u8(45, "")), function=lambda fine, less: fine - less),
            PM2_5,
            Computed(
                quantity="pm10", unit="ug/m3", inputs=(PM2_5, u8(48, "")), function=lambda fine, more: fine + more
            ),
        ),
    ),
)
