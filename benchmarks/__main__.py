"""Run all benchmarks, or those that are named: `python -m benchmarks [NAME …]`.

Each prints its own numbers. Machines are noisy: quote ratios within one run. Those with options take them when run by
themselves: `python -m benchmarks.aggregation_duckdb --days 28`.
"""

import sys
from importlib import import_module

NAMES = (
    "journal", "store", "mqtt_receive", "decoders", "ingest", "latency", "startup", "replay", "aggregation_duckdb",
    "aggregation_influxdb", "aggregation_incremental",
)  # fmt: skip

for name in sys.argv[1:] or NAMES:
    print(f"\n== {name}", flush=True)
    import_module(f"benchmarks.{name}").main()
