"""Decentlab DL-ZN2: two dendrometers.

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has four words:

    AAAA AAAA BBBB BBBB

    - A, B: low and high word; the first is um = (A / 2**23 - 1) * 20000, the second
      um = (A - B) / 2**23 * 20000

Source: https://github.com/decentlab/decentlab-decoders (DL-ZN2), facts only.
"""

from decoders.decentlab._protocol import Sensor, bridge, decentlab
from decoders.kit import Computed

DECODER = decentlab(
    "DL-ZN2",
    Sensor(
        4,
        (
            bridge(0, "stem_diameter_change", "um", mul=20000, channel="1"),
            Computed(
                quantity="stem_diameter_change",
                unit="um",
                inputs=(bridge(0, "", mul=20000), bridge(2, "", mul=20000)),
                function=lambda first, second: first - second,
                channel="2",
            ),
        ),
    ),
    ttn=("dl-zn2",),
)
