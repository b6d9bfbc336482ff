"""How long after the broker has it an uplink can be queried, at 1,000 uplinks/s; and memory over time.

BENCH_SECONDS (default 20) is the length, BENCH_RATE (default 1,000) the messages per second; ten minutes of a high
rate show whether memory grows.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.ingest import SOURCE
from benchmarks.peers import cpu, memory, publish_apart, wait_for
from tests.flow.gateway_process import GatewayProcess
from tests.servers.mosquitto import BINARY, Mosquitto

RATE = int(os.environ.get("BENCH_RATE", "1000"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "20"))


def main() -> None:
    """Sample received and stored every 100 ms: the delay is how long ago as many were received as are stored now."""
    if BINARY is None:
        print("needs mosquitto")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (
            Mosquitto(folder / "broker", options=("log_type error",)) as broker,
            GatewayProcess(folder / "gateway", 'store.kind = "duckdb"\n' + SOURCE.format(port=broker.port)) as gateway,
        ):
            wait_for(lambda: gateway.get("/readyz")[0] == 200, 20, "ready")
            assert gateway.process is not None
            pid = gateway.process.pid
            publisher = publish_apart(broker.port, RATE * SECONDS, None, RATE)
            wait_for(lambda: gateway.metric("gateway_uplinks_total") > 0, 60, "the first", 0.01)
            used, began = cpu(pid), time.monotonic()
            arrivals: list[tuple[float, float]] = []
            delays: list[float] = []
            sizes = [memory(pid)]
            while publisher.poll() is None:
                received = gateway.metric("gateway_received_total")
                arrivals.append((time.monotonic(), received))
                stored = gateway.metric("gateway_uplinks_total")
                now = time.monotonic()
                delays.append(now - next((at for at, count in arrivals if count >= stored), now))
                if len(sizes) < now - began:
                    sizes.append(memory(pid))
                time.sleep(0.1)
            spent = cpu(pid) - used
            quantiles = statistics.quantiles(delays, n=100)
            print(f"delay to stored: median {quantiles[49]:.3f} s, 99 % {quantiles[98]:.3f} s, at {RATE} uplinks/s")
            print(f"CPU at that rate: {spent / (time.monotonic() - began) * 100:.1f} % of one core")
            if len(sizes) > 60:
                print("memory by the minute:", *(f"{size:.0f}" for size in sizes[::60]), "MB")
            print(f"memory: {sizes[0]:.0f} MB, after {len(sizes)} s {sizes[-1]:.0f} MB, {max(sizes):.0f} MB at most")


if __name__ == "__main__":
    main()
