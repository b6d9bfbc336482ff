"""Decentlab DL-MBX: ultrasonic distance (MaxBotix).

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has two words:

    DDDD NNNN

    - D: distance, mm
    - N: valid samples; without any there is no distance

Source: https://github.com/decentlab/decentlab-decoders (DL-MBX), facts only.
"""

from decoders.decentlab._protocol import Sensor, decentlab, word
from decoders.kit import Field, When

DECODER = decentlab(
    "DL-MBX",
    Sensor(
        2,
        (
            Field(quantity="distance", unit="mm", at=0, width=16, when=When(at=16, width=16, equals=range(1, 0x10000))),
            word(1, "sample_count", "1"),
        ),
    ),
    ttn=("dl-mbx",),
)
