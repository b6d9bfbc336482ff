"""Enginko MCF-LW12 (climate, VOC, CO2, particulate matter), MCF-LWWS (weather), EGK-LW20 (level).

Any fPort, see `_messages`.

Source: see `_messages`.
"""

from decoders.enginko._messages import Extra, climate_and_dust, dust, level, samples, weather
from decoders.kit import Decoder, Frame, Function, Meaning, When

CLIMATE: tuple[Meaning, ...] = (
    ("air_temperature", "Cel", ""),
    ("relative_humidity", "%", ""),
    ("air_pressure", "hPa", ""),
    ("battery_level", "%", ""),
)
DUST: tuple[Meaning, ...] = tuple((quantity, "ug/m3", "") for quantity in ("pm1", "pm2_5", "pm10"))
WEATHER: tuple[Meaning, ...] = (
    *CLIMATE[:3],
    ("wind_speed", "m/s", ""),
    ("wind_speed", "m/s", "mean"),
    ("wind_from_direction", "deg", ""),
    ("rain_rate", "mm/h", ""),
    ("uv_index", "1", ""),
    ("solar_irradiance", "W/m2", ""),
    ("precipitation_total", "mm", "day"),
    ("precipitation_total", "mm", "evapotranspiration-day"),
    ("soil_water_tension", "cb", "{n}"),
    ("analog_value", "1", "leaf-wetness-{n}"),
)
LEVEL: tuple[Meaning, ...] = (
    ("voltage", "V", "analog"),
    ("distance", "mm", ""),
    ("bin_fill_level", "%", ""),
    *CLIMATE,
)
LIGHT = ("illuminance", "lx", 2)
VOC, LONG_VOC = ("tvoc_index", "1", 2), ("tvoc_index", "1", 3)
CO2 = ("co2", "[ppm]", 2)


def _samples(code: int, count: int, *extra: tuple[str, str, int]) -> Function:
    size = 1 + count * (10 + sum(part[2] for part in extra))
    more: Extra = extra
    return Function(
        samples(count, more),
        length=range(size, size + 8),
        when=lambda payload: payload[0] == code,
        quantities=(*CLIMATE, *((quantity, unit, "") for quantity, unit, _ in extra)),
    )


DECODER = Decoder(
    id="enginko-mcf",
    vendor="Enginko",
    model="MCF",
    source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/enginko/decoder-environmental.js",
    layouts=(
        _samples(0x04, 3),
        _samples(0x0C, 2, LIGHT, VOC),
        _samples(0x12, 2, LIGHT, LONG_VOC),
        _samples(0x0E, 2, LIGHT, VOC, CO2),
        _samples(0x13, 2, LIGHT, LONG_VOC, CO2),
        Function(
            weather,
            length=range(31, 45),
            when=lambda payload: payload[0] == 0x0B and payload[1] >> 4 == 2 and payload[2] == 0,
            quantities=WEATHER,
            missing=True,
        ),
        Function(
            dust,
            length=range(13, 20),
            when=lambda payload: payload[0] == 0x0B and payload[1] >> 4 == 2 and payload[2] == 1,
            quantities=DUST,
        ),
        Function(
            climate_and_dust,
            length=range(19, 26),
            when=lambda payload: payload[0] == 0x0B and payload[1] >> 4 == 3,
            quantities=(*CLIMATE, *DUST),
        ),
        Function(
            level,
            length=range(12, 26),
            when=lambda payload: payload[0] == 0x14,
            quantities=LEVEL,
            missing=True,
        ),
        Frame(length=range(8, 20), when=When(at=0, equals=1), note="question for the time"),
    ),
    identifiers={
        "ttn": tuple(
            f"enginko/{n}"
            for n in (
                "mcf-lw12ter", "mcf-lw12terpm", "mcf-lw12terwp", "mcf-lw12voc", "mcf-lw12co2", "mcf-lw12co2e",
                "mcf-lwws00", "mcf-lwws01", "mcf-lwws02", "mcf-lwws03", "mcf-lw06davk", "mcf-lw06davpk", "egk-level",
                "egk-lw20l00", "egk-lw20w00",
            )
        ),
        "chirpstack": ("MCF-LW12TER", "MCF-LW12VOC", "MCF-LW12CO2", "EGK-LW20L00"),
    },
)  # fmt: skip
