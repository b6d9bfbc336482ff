"""Decentlab DL-DLR2-009: temperature by a Pt1000.

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has two words:

    LLLL HHHH

    - L, H: low and high word of the ratio of voltages, q = raw / 2**23 - 1; the resistance
      is 2000 * q / (1 - q) Ohm, the temperature follows by a polynomial

Source: https://github.com/decentlab/decentlab-decoders (DL-DLR2-009), facts only.
"""

from decoders.decentlab._protocol import Sensor, bridge, decentlab
from decoders.kit import Computed

RATIO = bridge(0, "")


def resistance(ratio: float) -> float:
    """Of the Pt1000 in Ohm, against a resistor of 2000 Ohm."""
    return 2000 * ratio / (1 - ratio)


def temperature(ratio: float) -> float:
    """Of the Pt1000 in degC."""
    return -245.18 + 0.23469 * resistance(ratio) + 0.0000104876 * resistance(ratio) ** 2


DECODER = decentlab(
    "DL-DLR2-009",
    Sensor(
        2,
        (
            Computed(quantity="resistance", unit="Ohm", inputs=(RATIO,), function=resistance),
            Computed(quantity="process_temperature", unit="Cel", inputs=(RATIO,), function=temperature),
        ),
    ),
    ttn=("dl-dlr2-009", "dl-dlr2-009-2000"),
)
