"""Decentlab DL-PR26: pressure or liquid level, and temperature (Keller 26 series probe).

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has two words:

    PPPP TTTT

- P: pressure; 16384 is the lower, 49152 the upper end of the probe's range
- T: temperature, degC = (T - 384) * 0.003125 - 50

The range is a parameter of the single device (on its label) that the payload does not carry: choose the decoder by it.
The published codec, and therefore The Things Stack's "dl-pr26", stands for 0 to 1 bar.

Source: https://github.com/decentlab/decentlab-decoders (DL-PR26), facts only.
"""

from decoders.decentlab._protocol import Sensor, decentlab, word
from decoders.kit import Decoder


def _pr26(name: str, low: float, high: float, *ttn: str) -> Decoder:
    pressure = word(0, "water_pressure", "bar", add=-16384 + low * 32768 / (high - low), mul=high - low, div=32768)
    temperature = word(1, "water_temperature", "Cel", add=-16384, div=320)
    return decentlab(f"DL-PR26-{name}", Sensor(2, (pressure, temperature)), ttn=ttn or (f"dl-pr26-{name}",))


DECODERS = (
    _pr26("0-1", 0, 1, "dl-pr26-0-1", "dl-pr26"),
    _pr26("0-3", 0, 3),
    _pr26("0-5", 0, 5),
    _pr26("0-10", 0, 10),
    _pr26("0-30", 0, 30),
    _pr26("0-100", 0, 100),
)
