"""What is shipped to run the product: files that name each other, configurations that the real programs load."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
import yaml
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.reasoncodes import ReasonCode

from gateway.app import parts
from gateway.config import Mqtt5Source, load
from gateway.registry.fleet import load_fleet
from tests.conftest import require
from tests.flow.gateway_process import GatewayProcess, wait_for
from tests.flow.sources import HTTP
from tests.servers.mosquitto import BINARY, free_port

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """deploy/secrets.sh run on a copy."""
    folder = tmp_path_factory.mktemp("deploy")
    shutil.copytree(DEPLOY, folder / "deploy", ignore=shutil.ignore_patterns("secrets"))
    subprocess.run(["sh", str(folder / "deploy" / "secrets.sh"), "city.example"], check=True, capture_output=True)
    return folder / "deploy" / "secrets"


def test_every_file_the_compose_file_names_is_there(compose: Any, secrets: Path) -> None:
    for service in compose["services"].values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./"):
                assert (ROOT / source).is_file(), source
            else:
                assert source in compose["volumes"]
        for name in service.get("secrets", []):
            assert name in compose["secrets"]
    for secret in compose["secrets"].values():
        assert (secrets / Path(secret["file"]).name).stat().st_size > 0, secret


def test_services_are_healthchecked_and_not_privileged(compose: Any) -> None:
    dockerfile = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert "HEALTHCHECK" in dockerfile
    assert re.search(r"^USER (?!root)", dockerfile, re.MULTILINE)
    for name, service in compose["services"].items():
        assert "healthcheck" in service or name == "gateway"
        assert not service.get("privileged")
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert all(port.startswith(("127.0.0.1:", "8883:")) for port in ports), ports


def test_secrets_are_made_once_private_and_never_the_same(secrets: Path) -> None:
    before = {path.name: path.read_bytes() for path in secrets.iterdir()}
    subprocess.run(["sh", str(secrets.parent / "secrets.sh")], check=True, capture_output=True)
    assert {path.name: path.read_bytes() for path in secrets.iterdir()} == before
    values = [before[name] for name in ("mqtt_password", "chirpstack_password", "influxdb_token", "http_token")]
    assert len(set(values)) == len(values)
    assert all(len(value.strip()) >= 32 for value in values)
    assert secrets.stat().st_mode & 0o077 == 0
    assert (secrets / "ca.key").stat().st_mode & 0o077 == 0


def test_the_gateway_loads_its_shipped_configuration(
    secrets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (DEPLOY / "gateway.toml").read_text(encoding="utf-8")
    text = text.replace("/run/secrets", str(secrets)).replace("/etc/gateway", str(DEPLOY))
    path = tmp_path / "gateway.toml"
    path.write_text(text, encoding="utf-8")
    settings = load(path)
    assert set(parts.parsers(settings)) == {"chirpstack", "sensors", "nbiot"}
    parts.chooser(load_fleet(settings.fleet))
    source = settings.sources["chirpstack"]
    assert isinstance(source, Mqtt5Source)
    assert source.password.read() == (secrets / "mqtt_password").read_text().strip()


def test_every_example_in_the_configuration_is_one(secrets: Path, tmp_path: Path) -> None:
    """What is commented out can be commented in."""
    text = (DEPLOY / "gateway.toml").read_text(encoding="utf-8")
    shown = re.sub(r"^# (?=\[|[a-z_.]+ = )", "", text, flags=re.MULTILINE)
    assert shown.count("\n[[aggregation.areas]]") == 1
    path = tmp_path / "gateway.toml"
    path.write_text(shown.replace("/run/secrets", str(secrets)).replace("/etc/gateway", str(DEPLOY)), encoding="utf-8")
    settings = load(path)
    assert settings.registry.url is not None
    assert settings.aggregation.areas[0].parent_level == "stadtbezirk"
    assert settings.atlas.people is not None
    assert settings.monitoring.notify.mail is not None


def test_figures_have_a_bucket(compose: Any) -> None:
    settings = load(DEPLOY / "gateway.toml")
    assert settings.aggregation.enabled
    script = (DEPLOY / "influxdb" / "buckets.sh").read_text(encoding="utf-8")
    assert f"bucket create --name {settings.aggregation.bucket} " in script
    assert any("/docker-entrypoint-initdb.d/" in volume for volume in compose["services"]["influxdb"]["volumes"])


@pytest.fixture(scope="module")
def exposed(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names of all metrics of a service with every part on."""
    folder = tmp_path_factory.mktemp("metrics")
    (folder / "places.toml").write_text(
        '[sites.A]\nlongitude = 7.15\nlatitude = 51.256\n[[installations]]\ndevice = "d"\nsite = "A"\n'
    )
    config = f'[aggregation]\nenabled = true\nschematic = true\nplaces = "{folder}/places.toml"\n{HTTP}'
    with GatewayProcess(folder, config) as gateway:
        gateway.take({"device": "d", "time": int(time.time()), "air_temperature": 20.0})
        wait_for(lambda: gateway.metric("gateway_aggregation_newest_seconds") > 0, 30, "a figure")
        families = re.findall(r"^# TYPE (\w+) (\w+)$", gateway.get("/metrics")[1], re.MULTILINE)
        assert gateway.stop() == 0
    more = {"histogram": ("_bucket", "_sum", "_count")}
    return {f"{name}{end}" for name, kind in families for end in ("", *more.get(kind, ()))}


def queries() -> dict[str, str]:
    rules = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
    found = {rule["alert"]: rule["expr"] for rule in rules}
    board = json.loads((DEPLOY / "grafana" / "gateway.json").read_text(encoding="utf-8"))
    return found | {panel["title"]: target["expr"] for panel in board["panels"] for target in panel["targets"]}


@pytest.mark.parametrize("name", queries())
def test_alerts_and_dashboards_ask_for_metrics_that_exist(name: str, exposed: set[str]) -> None:
    named = set(re.findall(r"gateway_\w+", queries()[name]))
    assert named or "up{" in queries()[name]
    assert named <= exposed


def test_every_alert_speaks_german_and_english() -> None:
    rules = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
    for rule in rules:
        assert rule["annotations"].keys() == {"summary", "description"}
        assert rule["labels"]["severity"] in {"warning", "critical"}
    scrape = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    assert scrape["scrape_configs"][0]["job_name"] == "gateway"


@pytest.mark.mosquitto
def test_mosquitto_loads_its_shipped_configuration_and_keeps_strangers_out(secrets: Path, tmp_path: Path) -> None:
    require("mosquitto", BINARY is not None)
    assert BINARY is not None
    plain, tls = free_port(), free_port()
    text = (DEPLOY / "mosquitto" / "mosquitto.conf").read_text(encoding="utf-8")
    for old, new in (
        ("/run/secrets/mosquitto_passwords", str(secrets / "mosquitto_passwords")),
        ("/run/secrets/tls_ca", str(secrets / "ca.crt")),
        ("/run/secrets/tls_certificate", str(secrets / "server.crt")),
        ("/run/secrets/tls_key", str(secrets / "server.key")),
        ("/mosquitto/config/acl", str(DEPLOY / "mosquitto" / "acl")),
        ("/mosquitto/data/", f"{tmp_path}/"),
        ("listener 1883", f"listener {plain}"),
        ("listener 8883", f"listener {tls}"),
    ):
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "mosquitto.conf"
    path.write_text(text + "user root\n", encoding="utf-8")
    log = tmp_path / "log"
    with log.open("wb") as out:
        broker = subprocess.Popen([BINARY, "-c", str(path)], stdout=out, stderr=out)
    try:
        wait_for(lambda: "running" in log.read_text() or broker.poll() is not None, 10, "Mosquitto starts")
        assert broker.poll() is None, log.read_text()
        assert connect(plain, "", "").is_failure
        assert connect(plain, "gateway", "wrong").is_failure
        assert not connect(plain, "gateway", (secrets / "mqtt_password").read_text().strip()).is_failure
        password = (secrets / "chirpstack_password").read_text().strip()
        assert not connect(tls, "chirpstack", password, ca=secrets / "ca.crt").is_failure
    finally:
        broker.terminate()
        broker.wait(10)


def connect(port: int, user: str, password: str, ca: Path | None = None) -> ReasonCode:
    answers: list[ReasonCode] = []
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="t", protocol=MQTTProtocolVersion.MQTTv5)
    client.on_connect = lambda *arguments: answers.append(arguments[3])
    if user:
        client.username_pw_set(user, password)
    if ca is not None:
        client.tls_set(str(ca))
    client.connect("localhost" if ca else "127.0.0.1", port)
    client.loop_start()
    wait_for(lambda: bool(answers), 10, "CONNACK")
    client.disconnect()
    client.loop_stop()
    return answers[0]
