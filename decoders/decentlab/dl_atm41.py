"""Decentlab DL-ATM41: weather station (METER ATMOS 41).

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has 17 words, all counted from 32768:

     0 irradiance, W/m2             6 gust, 0.01 m/s             12 tilt x, 0.1 deg
     1 rain, 0.001 mm               7 air, 0.1 degC              13 tilt y, 0.1 deg
     2 lightning strikes            8 vapour, 0.01 kPa           14 compass, deg
     3 lightning distance, km       9 air, 0.01 kPa              15 wind to north, 0.01 m/s
     4 wind, 0.01 m/s              10 humidity, 0.1 %            16 wind to east, 0.01 m/s
     5 wind from, 0.1 deg          11 inside, 0.1 degC

Rain and strikes are those since the last message. Without a strike there is no
distance (the device says 0).

Source: https://github.com/decentlab/decentlab-decoders (DL-ATM41), facts only.
"""

from decoders.decentlab._protocol import Sensor, centred, decentlab
from decoders.kit import Field, When

STRIKES = When(at=32, width=16, equals=range(0x8001, 0x10000))

WEATHER = (
    centred(2, "lightning_count", "1"),
    Field(quantity="lightning_distance", unit="km", at=48, width=16, add=-32768, when=STRIKES),
    centred(4, "wind_speed", "m/s", div=100),
    centred(5, "wind_from_direction", "deg", div=10),
    centred(6, "wind_gust", "m/s", div=100),
    centred(7, "air_temperature", "Cel", div=10),
    centred(8, "vapour_pressure", "kPa", div=100),
    centred(9, "air_pressure", "kPa", div=100),
    centred(10, "relative_humidity", "%", div=10),
    centred(11, "internal_temperature", "Cel", div=10),
    centred(12, "tilt_x", "deg", div=10),
    centred(13, "tilt_y", "deg", div=10),
)
"""Words 2 to 13, which the second generation has as well."""

STATION = Sensor(
    17,
    (
        centred(0, "solar_irradiance", "W/m2"),
        centred(1, "precipitation", "mm", div=1000),
        *WEATHER,
        centred(14, "heading", "deg"),
        centred(15, "wind_speed_north", "m/s", div=100),
        centred(16, "wind_speed_east", "m/s", div=100),
    ),
)

DECODER = decentlab("DL-ATM41", STATION, ttn=("dl-atm41",))
