"""Decentlab DL-LP8P: CO2, air and air pressure.

Protocol 2 (see `_protocol`), any fPort. Three sensors:

    TTTT HHHH                                  degC = 175.72 * T / 65536 - 46.85, % = 125 * H / 65536 - 6
    TTTT PPPP                                  barometer: 0.01 degC + 50, 2 Pa
    CCCC FFFF TTTT VVVV VVVV SSSS RRRR RRRR    CO2 and filtered CO2, ppm; sensor, 0.01 degC (from 32768);
                                               capacitor before and after, mV; status; raw infrared

Source: https://github.com/decentlab/decentlab-decoders (DL-LP8P), facts only.
"""

from decoders.decentlab._protocol import Sensor, centred, decentlab, word

DECODER = decentlab(
    "DL-LP8P",
    Sensor(
        2,
        (
            word(0, "air_temperature", "Cel", mul=175.72, div=65536, offset=-46.85),
            word(1, "relative_humidity", "%", mul=125, div=65536, offset=-6),
        ),
    ),
    Sensor(
        2,
        (
            word(0, "internal_temperature", "Cel", add=-5000, div=100, channel="barometer"),
            word(1, "air_pressure", "Pa", mul=2),
        ),
    ),
    Sensor(
        8,
        (
            centred(0, "co2", "[ppm]"),
            centred(1, "co2", "[ppm]", channel="filtered"),
            centred(2, "internal_temperature", "Cel", div=100, channel="co2"),
            word(3, "supply_voltage", "V", div=1000, channel="capacitor_1"),
            word(4, "supply_voltage", "V", div=1000, channel="capacitor_2"),
            word(5, "device_state", "1", channel="co2"),
            word(6, "analog_value", "1", channel="infrared"),
            word(7, "analog_value", "1", channel="infrared_filtered"),
        ),
    ),
    ttn=("dl-lp8p",),
)
