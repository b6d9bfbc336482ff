"""Decentlab DL-ATM22: ultrasonic anemometer (METER ATMOS 22).

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has eight words, all counted from 32768:

    0 wind, 0.01 m/s          3 air, 0.1 degC           6 wind to north, 0.01 m/s
    1 wind from, 0.1 deg      4 tilt x, 0.1 deg         7 wind to east, 0.01 m/s
    2 gust, 0.01 m/s          5 tilt y, 0.1 deg

Source: https://github.com/decentlab/decentlab-decoders (DL-ATM22), facts only.
"""

from decoders.decentlab._protocol import Sensor, centred, decentlab

DECODER = decentlab(
    "DL-ATM22",
    Sensor(
        8,
        (
            centred(0, "wind_speed", "m/s", div=100),
            centred(1, "wind_from_direction", "deg", div=10),
            centred(2, "wind_gust", "m/s", div=100),
            centred(3, "air_temperature", "Cel", div=10),
            centred(4, "tilt_x", "deg", div=10),
            centred(5, "tilt_y", "deg", div=10),
            centred(6, "wind_speed_north", "m/s", div=100),
            centred(7, "wind_speed_east", "m/s", div=100),
        ),
    ),
    ttn=("dl-atm22",),
)
