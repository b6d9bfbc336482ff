"""Decentlab DL-PR21: pressure or liquid level, and temperature (Keller 21 series probe).

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has two words:

    PPPP TTTT

    - P: pressure; 16384 is the lower, 49152 the upper end of the probe's range
    - T: temperature, degC = (T - 384) * 0.003125 - 50

The range is a parameter of the single device (on its label) that the payload does not carry: choose the
decoder by it. The published codec, and therefore The Things Stack's "dl-pr21", stands for -1 to 10 bar.

Source: https://github.com/decentlab/decentlab-decoders (DL-PR21), facts only.
"""

from decoders.decentlab._protocol import Sensor, decentlab, word
from decoders.kit import Decoder


def _pr21(name: str, low: float, high: float, *ttn: str) -> Decoder:
    pressure = word(0, "water_pressure", "bar", add=-16384 + low * 32768 / (high - low), mul=high - low, div=32768)
    temperature = word(1, "water_temperature", "Cel", add=-16384, div=320)
    return decentlab(f"DL-PR21-{name}", Sensor(2, (pressure, temperature)), ttn=ttn)


DECODERS = (
    _pr21("1-10", -1, 10, "dl-pr21-1-10", "dl-pr21"),
    _pr21("0-10", 0, 10),
)
