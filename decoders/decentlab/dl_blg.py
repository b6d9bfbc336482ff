"""Decentlab DL-BLG: black globe thermometer.

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has two words:

    LLLL HHHH

    - L, H: low and high word of the ratio of voltages, (raw / 2**23 - 1) / 2; the thermistor's
      resistance is 1000 / ratio - 41000 Ohm, the temperature follows by Steinhart and Hart

Source: https://github.com/decentlab/decentlab-decoders (DL-BLG), facts only.
"""

from math import log

from decoders.decentlab._protocol import Sensor, bridge, decentlab
from decoders.kit import Computed

RATIO = bridge(0, "", div=2)


def resistance(ratio: float) -> float:
    """Of the thermistor, in Ohm."""
    return 1000 / ratio - 41000


def temperature(ratio: float) -> float:
    """Of the thermistor, in degC."""
    logarithm = log(resistance(ratio))
    return 1 / (0.0008271111 + 0.000208802 * logarithm + 0.000000080592 * logarithm**3) - 273.15


DECODER = decentlab(
    "DL-BLG",
    Sensor(
        2,
        (
            bridge(0, "analog_value", "1", div=2, channel="ratio"),
            Computed(quantity="resistance", unit="Ohm", inputs=(RATIO,), function=resistance),
            Computed(quantity="globe_temperature", unit="Cel", inputs=(RATIO,), function=temperature),
        ),
    ),
    ttn=("dl-blg",),
)
