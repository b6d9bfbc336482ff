"""From exec to ready, with the configuration of the demo: median of five starts."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.peers import wait_for
from tests.flow.gateway_process import GatewayProcess

CONFIG = """
[sources.nbiot]
type = "http"
format = "plain"
token.value = "benchmark-benchmark-benchmark"
"""


def main() -> None:
    """Print the median."""
    with tempfile.TemporaryDirectory() as name, GatewayProcess(Path(name), CONFIG) as gateway:
        times = []
        for _ in range(5):
            gateway.stop()
            began = time.monotonic()
            gateway.start(ready=False)
            wait_for(lambda: gateway.get("/readyz")[0] == 200, 30, "ready", 0.005)
            times.append(time.monotonic() - began)
        print(f"start to ready: median {statistics.median(times):.2f} s ({', '.join(f'{t:.2f}' for t in times)})")


if __name__ == "__main__":
    main()
