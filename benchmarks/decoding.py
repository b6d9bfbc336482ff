"""What decoding costs: µs of CPU for each payload, best of seven rounds.

Usage: python benchmarks/decoding.py [ID...]
"""

from __future__ import annotations

import sys
import timeit
from functools import partial
from time import process_time

from decoders import registry, vectors

ROUNDS, CALLS = 7, 5000


def main(ids: list[str]) -> None:
    for prefix in registry.modules():
        decoder = registry.load(prefix)[0]
        normal = [v for v in vectors.read(prefix) if v.kind == "normal" and decoder.id in v.decoders]
        if (ids and decoder.id not in ids) or not normal:
            continue
        payload, port = normal[0].payload, normal[0].port
        count = len(decoder.decode(payload, port).readings)
        call = partial(decoder.decode, payload, port)
        best = min(timeit.repeat(call, timer=process_time, number=CALLS, repeat=ROUNDS)) / CALLS * 1e6
        print(f"{decoder.id:32} {len(payload):4} bytes {count:3} readings {best:6.2f} us")


if __name__ == "__main__":
    main(sys.argv[1:])
