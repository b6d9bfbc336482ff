"""Decentlab DL-LID: laser distance.

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has eleven words:

    0 mean, 1 lowest, 2 highest, 3 median, 4 to 7: 10th, 25th, 75th, 90th percentile,
    8 most frequent distance, mm; 9 samples; 10 time taken, 1/1024 s

Source: https://github.com/decentlab/decentlab-decoders (DL-LID), facts only.
"""

from decoders.decentlab._protocol import Sensor, decentlab, word

DECODER = decentlab(
    "DL-LID",
    Sensor(
        11,
        (
            word(0, "distance", "mm"),
            word(1, "distance", "mm", channel="min"),
            word(2, "distance", "mm", channel="max"),
            word(3, "distance", "mm", channel="median"),
            word(4, "distance", "mm", channel="p10"),
            word(5, "distance", "mm", channel="p25"),
            word(6, "distance", "mm", channel="p75"),
            word(7, "distance", "mm", channel="p90"),
            word(8, "distance", "mm", channel="mode"),
            word(9, "sample_count", "1"),
            word(10, "duration", "ms", div=1.024, channel="acquisition"),
        ),
    ),
    ttn=("dl-lid",),
)
