"""Decentlab DL-PM: particulate matter, air and air pressure (Sensirion SPS30).

Protocol 2 (see `_protocol`), any fPort. Four sensors:

    BBBB         battery, mV
    10 words     PM1, PM2.5, PM4, PM10, 0.1 ug/m3; typical size, nm;
                 particles up to 0.5, 1, 2.5, 4, 10 um, 0.1 for each cm3
    TTTT HHHH    degC = 175.72 * T / 65536 - 46.85, % = 125 * H / 65536 - 6
    PPPP         air pressure, 2 Pa

Source: https://github.com/decentlab/decentlab-decoders (DL-PM), facts only.
"""

from decoders.decentlab._protocol import BATTERY, Sensor, decentlab, word

DECODER = decentlab(
    "DL-PM",
    BATTERY,
    Sensor(
        10,
        (
            word(0, "pm1", "ug/m3", div=10),
            word(1, "pm2_5", "ug/m3", div=10),
            word(2, "pm4", "ug/m3", div=10),
            word(3, "pm10", "ug/m3", div=10),
            word(4, "particle_size", "nm"),
            word(5, "particle_count", "1", div=10, channel="0.5"),
            word(6, "particle_count", "1", div=10, channel="1"),
            word(7, "particle_count", "1", div=10, channel="2.5"),
            word(8, "particle_count", "1", div=10, channel="4"),
            word(9, "particle_count", "1", div=10, channel="10"),
        ),
    ),
    Sensor(
        2,
        (
            word(0, "air_temperature", "Cel", mul=175.72, div=65536, offset=-46.85),
            word(1, "relative_humidity", "%", mul=125, div=65536, offset=-6),
        ),
    ),
    Sensor(1, (word(0, "air_pressure", "Pa", mul=2),)),
    ttn=("dl-pm",),
)
