"""Decentlab DL-ATM41G2: weather station (METER ATMOS 41 Gen 2).

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has 17 words, counted from 32768 but for the rain:

    0 irradiance, 0.1 W/m2         6 gust, 0.01 m/s             12 tilt x, 0.1 deg
    1 rain, 0.001 mm (plain)       7 air, 0.1 degC              13 tilt y, 0.1 deg
    2 lightning strikes            8 vapour, 0.01 kPa           14 conductivity of the rain, uS/cm
    3 lightning distance, km       9 air, 0.01 kPa              15 and 16 rain in all, 0.001 mm (plain)
    4 wind, 0.01 m/s              10 humidity, 0.1 %
    5 wind from, 0.1 deg          11 inside, 0.1 degC

Rain and strikes are those since the last message. Without a strike there is no distance (the device says 0).

Source: https://github.com/decentlab/decentlab-decoders (DL-ATM41G2), facts only.
"""

from decoders.decentlab._protocol import Sensor, centred, decentlab, double, word
from decoders.decentlab.dl_atm41 import WEATHER

STATION = Sensor(
    17,
    (
        centred(0, "solar_irradiance", "W/m2", div=10),
        word(1, "precipitation", "mm", div=1000),
        *WEATHER,
        centred(14, "electrical_conductivity", "uS/cm", channel="precipitation"),
        double(15, "precipitation_total", "mm", div=1000),
    ),
)

DECODER = decentlab("DL-ATM41G2", STATION, ttn=("dl-atm41g2",))
