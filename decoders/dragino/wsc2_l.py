"""Dragino WSC2-L: weather station.

fPort 2, 50 bytes, big-endian:

    BBBB VV RRRRRRRR PPPP WWWW LLLL SSSS DDDD HHHH TTTT NNNN CCCC MMMM QQQQ IIIIIIII FF dd
    .... A1A1 .... A2A2 .... A3A3 .... A4A4

- B: lower 14 bits battery, mV; V: version; R: rain, tips; F (bits 3..0) / d: mm of one tip
- P: DS18B20, int16, 0.1 degC; W: wind, 0.01 m/s; L: its level, S: its sector, D: where it comes from, deg
- H: 0.1 %RH; T: int16, 0.1 degC; N: noise, 0.1 dB
- F: bit 7 = 0: C carbon dioxide, ppm; = 1: C, M: PM2.5, PM10, ug/m3
- Q: pressure, 0.1 hPa; I: light, lx; A1..A4: sensors of one's own

fPort 5: device information.

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from decoders.dragino._frames import BATTERY, INFORMATION, dragino, probe
from decoders.kit import Computed, Frame, When, bits, i16, u8, u16, u32

GAS, DUST = (When(at=(33, 7), width=1, equals=code) for code in (0, 1))


def _rain(tips: float, factor: float, divisor: float) -> float:
    return tips * (factor / divisor)


DECODER = dragino(
    "WSC2-L",
    Frame(
        ports=2,
        length=range(35, 51),
        fields=(
            BATTERY,
            Computed(
                quantity="precipitation_total",
                unit="mm",
                inputs=(u32(3, ""), bits(33, 3, 0, ""), u8(34, "")),
                function=_rain,
            ),
            probe(7),
            u16(9, "wind_speed", "m/s", div=100),
            u16(15, "wind_from_direction", "deg"),
            u16(17, "relative_humidity", "%", div=10),
            i16(19, "air_temperature", "Cel", div=10),
            u16(21, "sound_level_a", "dB(A)", div=10),
            u16(23, "co2", "[ppm]", when=GAS),
            u16(23, "pm2_5", "ug/m3", when=DUST),
            u16(25, "pm10", "ug/m3", when=DUST),
            u16(27, "air_pressure", "hPa", div=10),
            u32(29, "illuminance", "lx"),
            *(u16(36 + 4 * n, "analog_value", "1", channel=f"A{n + 1}") for n in range(4)),
        ),
    ),
    INFORMATION,
    ttn=("wsc2-l", "wsc2-lb"),
    chirpstack=("WSC2-LB",),
)
