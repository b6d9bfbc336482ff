"""Decentlab DL-DLR2-008: temperature by a Pt100.

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has two words:

    LLLL HHHH

    - L, H: low and high word of the ratio of voltages, q = (raw / 2**23 - 1) / 2; the resistance
      is 2000 * q / (1 - q) Ohm, the temperature follows by a polynomial

Source: https://github.com/decentlab/decentlab-decoders (DL-DLR2-008), facts only.
"""

from decoders.decentlab._protocol import Sensor, bridge, decentlab
from decoders.kit import Computed


def temperature(ratio: float) -> float:
    """Of the Pt100 in degC, against a resistor of 2000 Ohm."""
    resistance = 2000 * ratio / (1 - ratio)
    return -244.83 + 2.3419 * resistance + 0.0010664 * resistance**2


DECODER = decentlab(
    "DL-DLR2-008",
    Sensor(
        2,
        (Computed(quantity="process_temperature", unit="Cel", inputs=(bridge(0, "", div=2),), function=temperature),),
    ),
    ttn=("dl-dlr2-008", "dl-dlr2-008-2000"),
)
