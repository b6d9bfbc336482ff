"""Cost of the whole way, CPU per message stored: MQTT 5 QoS 1 → journal with fsync → decode → InfluxDB or DuckDB.

Side by side with Telegraf on the same broker, messages and database when it is there. 100,000 ChirpStack uplinks of
about 1 kB with three readings wait in the broker's queue; what counts is the user and system time of the process that
stores them, from connect to the last point.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

from benchmarks.peers import cpu, memory, publish, telegraf_binary, uplink, wait_for
from tests.flow.gateway_process import GatewayProcess
from tests.servers.influxd import BINARY as INFLUXD
from tests.servers.influxd import TOKEN, Influxd
from tests.servers.mosquitto import BINARY as MOSQUITTO
from tests.servers.mosquitto import Mosquitto

MESSAGES = int(os.environ.get("BENCH_MESSAGES", "100000"))

SOURCE = """
[sources.chirpstack]
type = "mqtt5"
format = "chirpstack"
host = "127.0.0.1"
port = {port}
topics = ["application/+/device/+/event/up"]
client_id = "bench-gateway"
"""


def influx_config(server: Influxd, bucket: str, folder: Path) -> str:
    """[store] of gateway.toml."""
    (folder / "token").write_text(TOKEN)
    return f"""
[store]
kind = "influxdb"
[store.influxdb]
url = "{server.url}"
org = "city"
bucket = "{bucket}"
token.file = "{folder / "token"}"
"""


def gateway_cost(broker: Mosquitto, store: str, folder: Path) -> tuple[float, float, float]:
    """(µs CPU per message, messages/s, MB) of a gateway that empties the broker's queue."""
    start = time.time() - 20  # live uplinks carry a time near to now
    with GatewayProcess(folder, store + SOURCE.format(port=broker.port)) as gateway:
        wait_for(lambda: gateway.get("/readyz")[0] == 200, 20, "ready")
        gateway.stop()
        asyncio.run(publish(broker.port, lambda n: uplink(n, start), MESSAGES))
        gateway.start(ready=False)
        assert gateway.process is not None
        pid = gateway.process.pid
        wait_for(lambda: gateway.metric("gateway_uplinks_total") >= 1, 30, "the first message", 0.02)
        used, at, first = cpu(pid), time.monotonic(), gateway.metric("gateway_uplinks_total")
        wait_for(lambda: gateway.metric("gateway_uplinks_total") >= MESSAGES, 300, "all stored", 0.5)
        seconds, spent, size = time.monotonic() - at, cpu(pid) - used, memory(pid)
        gateway.stop()
        return spent / (MESSAGES - first) * 1e6, (MESSAGES - first) / seconds, size


TELEGRAF = """
[agent]
  metric_batch_size = 5000
  metric_buffer_limit = 200000
  flush_interval = "1s"
  omit_hostname = true
[[inputs.mqtt_consumer]]
  servers = ["tcp://127.0.0.1:{port}"]
  topics = ["application/+/device/+/event/up"]
  qos = 1
  persistent_session = true
  client_id = "bench-telegraf"
  max_undelivered_messages = 20000
  data_format = "json_v2"
  [[inputs.mqtt_consumer.json_v2]]
    measurement_name = "uplink"
    timestamp_path = "time"
    timestamp_format = "2006-01-02T15:04:05.999999999Z07:00"
    [[inputs.mqtt_consumer.json_v2.tag]]
      path = "deviceInfo.devEui"
    [[inputs.mqtt_consumer.json_v2.field]]
      path = "fCnt"
      type = "float"
    [[inputs.mqtt_consumer.json_v2.field]]
      path = "fPort"
      type = "float"
    [[inputs.mqtt_consumer.json_v2.field]]
      path = "dr"
      type = "float"
[[outputs.influxdb_v2]]
  urls = ["{url}"]
  token = "{token}"
  organization = "city"
  bucket = "{bucket}"
"""


def telegraf_cost(binary: str, broker: Mosquitto, server: Influxd, folder: Path) -> float:
    """µs CPU per message of Telegraf on the same queue; it neither decodes nor keeps a journal."""
    bucket = server.bucket()
    folder.mkdir()
    config = folder / "telegraf.conf"
    config.write_text(TELEGRAF.format(port=broker.port, url=server.url, token=TOKEN, bucket=bucket))
    start = time.time() - 20

    def run() -> subprocess.Popen[bytes]:
        return subprocess.Popen([binary, "--config", str(config), "--quiet"])

    def stored() -> int:
        query = (
            f'from(bucket:"{bucket}") |> range(start:-8d) |> filter(fn:(r) => r._field == "fCnt") |> group() |> count()'
        )
        request = urllib.request.Request(
            f"{server.url}/api/v2/query?org=city",
            json.dumps({"query": query}).encode(),
            {"Authorization": f"Token {TOKEN}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as response:
            text = response.read().decode()
        rows = [row for row in text.splitlines()[1:] if row.strip()]
        return int(rows[-1].split(",")[-1]) if rows else 0

    process = run()  # makes the session that keeps the messages
    wait_for(lambda: "bench-telegraf 1 application" in broker.log, 20, "Telegraf subscribes")
    process.terminate()
    process.wait()
    asyncio.run(publish(broker.port, lambda n: uplink(n, start), MESSAGES))
    process = run()
    try:
        wait_for(lambda: stored() >= 1, 60, "Telegraf stores", 0.2)
        used, first = cpu(process.pid), stored()
        wait_for(lambda: stored() >= MESSAGES * 0.99, 300, "Telegraf stores all", 0.5)
        return (cpu(process.pid) - used) / (stored() - first) * 1e6
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    """Print the costs and their ratio."""
    if MOSQUITTO is None:
        print("needs mosquitto")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Mosquitto(folder / "duckdb-broker", options=("log_type error", "log_type subscribe")) as broker:
            cost, rate, size = gateway_cost(broker, 'store.kind = "duckdb"\n', folder / "duckdb")
            print(f"gateway → DuckDB    {cost:6.1f} µs CPU per uplink   {rate:7.0f}/s   {size:4.0f} MB")
        if INFLUXD is None:
            print("InfluxDB is not here: the comparison needs it")
            return
        with Influxd(folder / "influxd") as server:
            with Mosquitto(folder / "influx-broker", options=("log_type error", "log_type subscribe")) as broker:
                config = influx_config(server, server.bucket(), folder)
                cost, rate, size = gateway_cost(broker, config, folder / "influx")
                print(f"gateway → InfluxDB  {cost:6.1f} µs CPU per uplink   {rate:7.0f}/s   {size:4.0f} MB")
            if (binary := telegraf_binary()) is None:
                print("Telegraf is not here (.ci/build-telegraf builds it)")
                return
            with Mosquitto(folder / "telegraf-broker", options=("log_type error", "log_type subscribe")) as broker:
                peer = telegraf_cost(binary, broker, server, folder / "telegraf")
            print(f"Telegraf → InfluxDB {peer:6.1f} µs CPU per uplink   (no decoding, no journal)")
            print(f"gateway / Telegraf  {cost / peer:6.2f}")


if __name__ == "__main__":
    main()
