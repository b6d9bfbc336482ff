"""Netvox RA0715: air, water and soil by the sensors that are fitted (also R72615, RA0715Y, R72615A, R718PA, R718PB).

Device types 05, 09, 0D, 57, 58; the kind of report says what follows the battery; FFFF (FF): no such sensor:

1, 2  PM1, PM2.5, PM10, ug/m3           3, 4   particles from 0.3, 0.5, 1.0 and from 2.5, 5.0, 10 um
    5  O3, CO, NO, 0.1 ppm                  6   NO2, SO2, H2S, 0.1 ppm
    7  CO2, 0.1 ppm; NH3, 0.1 ppm; noise, 0.1 dB
    8  pH, 0.01; its temperature, int16, 0.01 degC; ORP, int16, mV
    9  turbidity, 0.1 NTU; its temperature; soil moisture (EC-5), 0.01 %
    10 soil moisture, 0.01 %, and temperature (5TE); water level, mm; conductivity (5TE), one byte, 0.1 dS/m
    11 temperature of water; oxygen, 0.01 mg/L; its saturation, 0.1 %
    12 temperature, int16, 0.01 degC; humidity, 0.01 %; wind, 0.01 m/s
    13 wind direction, deg; pressure, uint32, 0.01 hPa (mbar)
    14 VOC, 0.1 ppm

Source: Netvox LoRaWAN Application Command; TheThingsNetwork/lorawan-devices (facts only).
"""

from decoders.kit import AnyField, Field, Frame, i16, u8, u16, u32
from decoders.netvox._protocol import netvox, report

TYPES = (0x05, 0x09, 0x0D, 0x57, 0x58)
NONE = 0xFFFF


def _word(byte: int, quantity: str, unit: str, div: float = 1, channel: str = "") -> Field:
    return u16(byte, quantity, unit, div=div, missing=NONE, channel=channel)


def _celsius(byte: int, quantity: str, channel: str = "") -> Field:
    return i16(byte, quantity, "Cel", div=100, missing=NONE, channel=channel)


def _particles(*sizes: str) -> tuple[Field, ...]:
    return tuple(_word(4 + 2 * n, "particle_count", "1", channel=size) for n, size in enumerate(sizes))


def _kind(number: int, *fields: AnyField) -> Frame:
    return report(TYPES, *fields, kinds=(number,))


DUST = (_word(4, "pm1", "ug/m3"), _word(6, "pm2_5", "ug/m3"), _word(8, "pm10", "ug/m3"))
LAYOUTS = (
    _kind(1, *DUST),
    _kind(2, *DUST),
    _kind(3, *_particles("0.3um", "0.5um", "1.0um")),
    _kind(4, *_particles("2.5um", "5.0um", "10um")),
    _kind(5, _word(4, "o3", "[ppm]", 10), _word(6, "co", "[ppm]", 10), _word(8, "no", "[ppm]", 10)),
    _kind(6, _word(4, "no2", "[ppm]", 10), _word(6, "so2", "[ppm]", 10), _word(8, "hydrogen_sulfide", "[ppm]", 10)),
    _kind(7, _word(4, "co2", "[ppm]", 10), _word(6, "ammonia", "[ppm]", 10), _word(8, "sound_level_a", "dB(A)", 10)),
    _kind(
        8,
        _word(4, "ph", "[pH]", 100),
        _celsius(6, "water_temperature", "ph"),
        i16(8, "redox_potential", "mV", missing=NONE),
    ),
    _kind(
        9,
        _word(4, "turbidity", "NTU", 10),
        _celsius(6, "water_temperature", "turbidity"),
        _word(8, "soil_moisture", "%", 100, channel="ec5"),
    ),
    _kind(
        10,
        _word(4, "soil_moisture", "%", 100),
        _celsius(6, "soil_temperature"),
        _word(8, "liquid_depth", "mm"),
        u8(10, "electrical_conductivity", "dS/m", div=10, missing=0xFF),
    ),
    _kind(
        11,
        _celsius(4, "water_temperature"),
        _word(6, "dissolved_oxygen", "mg/L", 100),
        _word(8, "dissolved_oxygen_saturation", "%", 10),
    ),
    _kind(
        12,
        _celsius(4, "air_temperature"),
        _word(6, "relative_humidity", "%", 100),
        _word(8, "wind_speed", "m/s", 100),
    ),
    _kind(13, _word(4, "wind_from_direction", "deg"), u32(6, "air_pressure", "hPa", div=100, missing=0xFFFFFFFF)),
    _kind(14, _word(4, "tvoc_ppb", "[ppm]", 10)),
)

DECODER = netvox("RA0715", *LAYOUTS, also=("R72615", "RA0715Y", "R72615A", "R718PA", "R718PB", "RA07", "R726", "R727"))
