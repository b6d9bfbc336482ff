"""Every kind of wrong sensor in a running service: found, shown, counted, and told when somebody may be disturbed."""

from __future__ import annotations

import json
import math
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.flow.gateway_process import GatewayProcess, wait_for
from tests.flow.sources import HTTP
from tests.unit.monitoring.receiver import Receiver

NOW = int(time.time())
HOUR = 3600
CONFIG = """
[pipeline]
linger = 0
[monitoring]
enabled = {enabled}
every = 0.3
grace = 0.5
late = 2
silent = 1000
[monitoring.drift]
every = 0.5
[monitoring.notify]
digest = 0.2
{quiet}
[monitoring.notify.webhook]
url.value = "{url}"
"""
FAULTS = {
    "drifted": "drift", "frozen": "flat_line", "weak": "low_battery", "old-clock": "clock_fault", "slow": "late",
}  # fmt: skip


def register(gateway: GatewayProcess, folder: Path) -> None:
    """Five thermometers of one siting within 400 m; the late one expects a message every second."""
    devices = ["n1", "n2", "n3", "drifted", "frozen", "weak", "old-clock", "slow"]
    sites = [f"S{n};7,15{n};51,25;Hintergrund" for n in range(len(devices))]
    (folder / "sites.csv").write_text("\n".join(["Standort;Längengrad;Breitengrad;Lage", *sites]), encoding="utf-8")
    rows = [f"{name};{1 if name == 'slow' else 3600};S{n}" for n, name in enumerate(devices)]
    (folder / "devices.csv").write_text("\n".join(["Gerät;Intervall;Standort", *rows]), encoding="utf-8")
    gateway.run("registry", "import", str(folder / "sites.csv"))
    gateway.run("registry", "import", str(folder / "devices.csv"))


def history(gateway: GatewayProcess) -> None:
    """A day and more, every hour; one is 8 K off, one has stood still, one has an empty battery."""
    for at in range(NOW - 27 * HOUR, NOW, HOUR):
        warmth = 12 + 6 * math.sin(at / 13_751)
        for device, offset in (("n1", 0.0), ("n2", 0.3), ("n3", -0.2), ("drifted", 8.0)):
            gateway.take({"device": device, "time": at, "air_temperature": round(warmth + offset, 2)})
        gateway.take({"device": "frozen", "time": at, "relative_humidity": 61.5})
    gateway.take({"device": "weak", "time": NOW - 60, "battery_voltage": 2.1})
    gateway.take({"device": "old-clock", "time": NOW - 60, "co2": 500})


def told(receiver: Receiver) -> dict[str, str]:
    """Condition by device of every fault that a webhook named."""
    changes = [change for request in receiver.requests for change in json.loads(request.body)["data"]]
    return {change["device"]: change["condition"] for change in changes if change["change"] == "began"}


def shown(gateway: GatewayProcess) -> dict[str, str]:
    rows = gateway.get("/v1/devices/status")[1]["devices"]
    return {row["device"]: row["state"] for row in rows}


def test_each_fault_is_found_and_told_after_quiet_hours(tmp_path: Path) -> None:
    local = datetime.now(ZoneInfo("Europe/Berlin"))
    around = [(local + timedelta(hours=h)).strftime("%H:%M:%S") for h in (-2, 2)]
    quiet = f'quiet = {{ start = {around[0]}, stop = {around[1]} }}\nurgent = ["low_battery"]'
    with Receiver() as receiver:
        common: dict[str, Any] = {"url": receiver.url}
        gateway = GatewayProcess(tmp_path, CONFIG.format(enabled="false", quiet="", **common) + HTTP)
        with gateway:
            register(gateway, tmp_path)
            history(gateway)
            wait_for(lambda: gateway.metric("gateway_lag_offsets") == 0, 30, "the past is stored")
            assert gateway.stop() == 0

            gateway.config = CONFIG.format(enabled="true", quiet=quiet, **common) + HTTP
            gateway.configure()
            gateway.start()
            wait_for(lambda: gateway.metric("gateway_monitoring_rounds_total") > 1, 30, "rounds")
            for number in range(4):
                gateway.take({"device": "old-clock", "time": "1980-01-06T00:00:00Z", "co2": 500 + number})
            gateway.take({"device": "slow", "time": time.time(), "co2": 400})
            wait_for(lambda: FAULTS.items() <= shown(gateway).items(), 60, f"all faults: {shown(gateway)}")
            listed = json.loads(gateway.run("devices", "status", "--json", "--faulty").stdout)["devices"]
            assert {row["device"]: row["state"] for row in listed} == FAULTS
            assert {shown(gateway)[device] for device in ("n1", "n2", "n3")} == {"ok"}
            for condition in FAULTS.values():
                assert gateway.metric(f'gateway_device_faults{{condition="{condition}"}}') == 1
            wait_for(lambda: bool(receiver.requests), 10, "what is urgent")
            assert told(receiver) == {"weak": "low_battery"}
            assert gateway.stop() == 0

            gateway.config = CONFIG.format(enabled="true", quiet="", **common) + HTTP  # the quiet hours are over
            gateway.configure()
            gateway.start()
            expected = {device: fault for device, fault in FAULTS.items() if fault != "late"}  # shown, not told
            wait_for(lambda: told(receiver) == expected, 30, f"the digest of {expected}")
            said = json.loads(receiver.requests[1].body)["text"]
            assert "weicht ab: Lufttemperatur 8 °C" in said
            assert len(receiver.requests) <= 3  # many faults, few messages
            assert gateway.stop() == 0
