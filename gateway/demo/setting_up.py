"""What the demo needs before its gateway starts: configuration, registry, a monitoring with a past."""

from __future__ import annotations

import json
from pathlib import Path

from gateway.config import Settings, load
from gateway.demo.city import City
from gateway.demo.registering import register
from gateway.model import SECOND_NS
from gateway.monitoring.ledger import Changes
from gateway.monitoring.model import AWAITED, Tally
from gateway.monitoring.rates import begin
from gateway.monitoring.storage import DeviceState, MonitoringStore

_CONFIG = """# Written by `gateway demo` at each start.
data_dir = {data}

[http]
port = {http_port}

[registry]
gate = true          # the source wlan-zaehlung is not approved: nothing of it is stored

[sources.chirpstack]
type = "mqtt5"
format = "chirpstack"
host = "127.0.0.1"
port = {broker_port}
client_id = "demo-gateway-chirpstack"
topics = ["application/+/device/+/event/+"]

[sources.tts]
type = "mqtt5"
format = "tts"
host = "127.0.0.1"
port = {broker_port}
client_id = "demo-gateway-tts"
topics = ["v3/+/devices/+/#"]

[sources.mqtt]
type = "mqtt5"
format = "plain"
host = "127.0.0.1"
port = {broker_port}
client_id = "demo-gateway-mqtt"
topics = ["sensors/#"]
mapping.device = "topic:1"
mapping.time = "time"
mapping.fields = [
  {{ path = "temperature", quantity = "air_temperature", unit = "Cel" }},
  {{ path = "humidity", quantity = "relative_humidity", unit = "1" }},
  {{ path = "pressure", quantity = "air_pressure", unit = "hPa" }},
  {{ path = "pm2_5", unit = "ug/m3" }},
  {{ path = "pm10", unit = "ug/m3" }},
  {{ path = "no2", unit = "ug/m3" }},
  {{ path = "o3", unit = "ug/m3" }},
  {{ path = "parking_occupied" }},
  {{ path = "parking_capacity" }},
  {{ path = "bicycles_in", quantity = "bicycle_count", channel = "in" }},
  {{ path = "bicycles_out", quantity = "bicycle_count", channel = "out" }},
  {{ path = "vehicles_in", quantity = "vehicle_count", channel = "in" }},
  {{ path = "vehicles_out", quantity = "vehicle_count", channel = "out" }},
]

[aggregation]
enabled = true
schematic = true     # the tile map of Wuppertal's 69 Quartiere
gauges = {{ {gauges} }}   # m: warning classes 1, 2, 3

[atlas]
enabled = true

[monitoring]
every = 10
devices_per_round = 500

[monitoring.drift]
every = 600
"""


WARNINGS = (0.9, 1.4, 1.9)
"""m of water at which the demo's brooks reach the warning classes."""


def configure(city: City, data: Path, http_port: int, broker_port: int) -> Settings:
    """Write gateway.toml, so that every command can be pointed at it, and read it."""
    brooks = sorted({device.site for device in city.devices if device.kind.use == "river"})
    path = data / "gateway.toml"
    path.write_text(
        _CONFIG.format(
            data=json.dumps(str(data.resolve())),
            http_port=http_port,
            broker_port=broker_port,
            gauges=", ".join(f'"{site}" = {list(WARNINGS)}' for site in brooks),
        ),
        encoding="utf-8",
    )
    return load(path)


def prepare(city: City, settings: Settings) -> None:
    """Bring registry and monitoring to where they are after a month of work; again changes nothing."""
    register(city, settings)
    _watched_since(city, settings.data_dir)


def _watched_since(city: City, data: Path) -> None:
    """The monitoring of a gateway that has watched these devices since the history began.

    Without it every device would be new at the first start, and three intervals would have to pass before one that
    broke in the storm is called silent.
    """
    kept = MonitoringStore(data)
    if kept.path.exists():
        return
    since, now = int(city.ago(1)) * SECOND_NS, int(city.begun) * SECOND_NS
    kept.save(
        devices=[
            DeviceState(device=device.id, state=AWAITED, since=since, known=since, baseline=begin(Tally(), now))
            for device in city.devices
        ],
        gone=(), changes=Changes(), lapses=(), meta={"round": now}, at=now,
    )  # fmt: skip
