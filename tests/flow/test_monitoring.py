"""Silent devices as their operators meet them: a real process, its command line, a real receiver of webhooks."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from gateway.monitoring.webhook import signature
from tests.flow.gateway_process import GatewayProcess, wait_for
from tests.flow.sources import HTTP, TOKEN
from tests.unit.monitoring.receiver import Receiver

SECRET = "the webhook's secret"
CONFIG = """
fleet = "{fleet}"
[monitoring]
every = 0.2
grace = 0.5
[monitoring.notify]
digest = 0.1
[monitoring.notify.webhook]
url.file = "{url}"
secret.value = "{secret}"
"""
FLEET = """
[devices.pole-7]
name = "Döppersberg, Mast 7"
expected_interval = 1
[devices.pole-8]
expected_interval = 86400
"""


def post(gateway: GatewayProcess, device: str) -> None:
    gateway.take({"device": device, "time": time.time(), "air_temperature": 21.5})


def status(gateway: GatewayProcess, *arguments: str) -> tuple[int, dict[str, Any]]:
    result = gateway.run("devices", "status", "--json", "--check", *arguments, check=False)
    return result.returncode, json.loads(result.stdout)


def rounds(gateway: GatewayProcess, more: int) -> None:
    """Wait until that many further rounds were made."""
    goal = gateway.metric("gateway_monitoring_rounds_total") + more
    wait_for(lambda: gateway.metric("gateway_monitoring_rounds_total") >= goal, 30, "rounds")


def test_a_device_that_stops_is_shown_silent_and_told_once(tmp_path: Path) -> None:
    with Receiver() as receiver:
        fleet, url = tmp_path / "fleet.toml", tmp_path / "url"
        fleet.write_text(FLEET, encoding="utf-8")
        url.write_text(f"{receiver.url}?key=a-secret-of-the-address\n")
        config = CONFIG.format(fleet=fleet, url=url, secret=SECRET) + HTTP
        with GatewayProcess(tmp_path / "gateway", config) as gateway:
            post(gateway, "pole-7")
            post(gateway, "pole-8")
            wait_for(lambda: len(receiver.requests) > 0, 60, "a webhook about the silent device")
            rounds(gateway, 5)

            (request,) = receiver.requests
            body = json.loads(request.body)
            (change,) = body["data"]
            assert (change["change"], change["device"], change["condition"]) == ("began", "pole-7", "silent")
            assert change["name"] == "Döppersberg, Mast 7"
            assert "stumm seit" in body["text"]
            stamp = int(request.headers["webhook-timestamp"])
            expected = signature(SECRET.encode(), request.headers["webhook-id"], stamp, request.body)
            assert request.headers["webhook-signature"] == expected

            code, report = status(gateway)
            assert code == 1
            assert {row["device"]: row["state"] for row in report["devices"]} == {"pole-7": "silent", "pole-8": "ok"}
            assert gateway.metric('gateway_devices{state="silent"}') == 1
            assert "stumm / silent" in gateway.run("devices", "status").stdout
            assert gateway.get("/v1/devices/status")[1]["counts"] == report["counts"]

            # A restart tells nothing again.
            assert gateway.stop() == 0
            gateway.start()
            rounds(gateway, 5)
            assert len(receiver.requests) == 1

            posted = [0.0]

            def heard_again() -> bool:
                if time.monotonic() - posted[0] > 0.5:
                    post(gateway, "pole-7")
                    posted[0] = time.monotonic()
                return len(receiver.requests) > 1

            wait_for(heard_again, 60, "a webhook about the recovery")
            (change,) = json.loads(receiver.requests[1].body)["data"]
            assert (change["change"], change["device"], change["condition"]) == ("ended", "pole-7", "silent")
            for secret in (TOKEN, SECRET, "a-secret-of-the-address"):
                assert secret not in gateway.log
