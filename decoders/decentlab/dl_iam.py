"""Decentlab DL-IAM: indoor air: temperature, humidity, pressure, light, CO2, TVOC, motion.

Protocol 2 (see `_protocol`), any fPort. Seven sensors:

    BBBB              battery, mV
    TTTT HHHH         degC = 175 * T / 65535 - 45, % = 100 * H / 65535
    PPPP              air pressure, 2 Pa
    LLLL IIII         light: visible with infrared, infrared alone (counts); lux follow from both
    CCCC SSSS RRRR    CO2, ppm, counted from 32768; status of the sensor; raw infrared
    MMMM              movements since the last message
    VVVV              TVOC, ppb

Source: https://github.com/decentlab/decentlab-decoders (DL-IAM), facts only.
"""

from decoders.decentlab._protocol import BATTERY, Sensor, centred, decentlab, word
from decoders.kit import Computed, u16


def illuminance(light: float, infrared: float) -> float:
    """Lux of a TSL2591 from its two channels."""
    return max(light - 1.64 * infrared, 0.59 * light - 0.86 * infrared, 0) * 1.5504


DECODER = decentlab(
    "DL-IAM",
    BATTERY,
    Sensor(
        2,
        (
            word(0, "air_temperature", "Cel", mul=175, div=65535, offset=-45),
            word(1, "relative_humidity", "%", mul=100, div=65535),
        ),
    ),
    Sensor(1, (word(0, "air_pressure", "Pa", mul=2),)),
    Sensor(
        2,
        (
            word(0, "analog_value", "1", channel="light"),
            word(1, "infrared_light", "1"),
            Computed(quantity="illuminance", unit="lx", inputs=(u16(0, ""), u16(2, "")), function=illuminance),
        ),
    ),
    Sensor(
        3,
        (
            centred(0, "co2", "[ppm]"),
            word(1, "device_state", "1", channel="co2"),
            word(2, "analog_value", "1", channel="co2_infrared"),
        ),
    ),
    Sensor(1, (word(0, "motion_count", "1"),)),
    Sensor(1, (word(0, "tvoc_ppb", "[ppb]"),)),
    ttn=("dl-iam", "dl-iam-001"),
)
