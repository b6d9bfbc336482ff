"""`make demo`: a person sees real payloads go through everything and can query them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.flow.gateway_process import wait_for
from tests.servers.mosquitto import free_port


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("demo")
    port = free_port()
    with (folder / "out").open("wb") as out:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "gateway",
                "demo",
                "--data",
                str(folder / "data"),
                "--port",
                str(port),
                "--days",
                "1",
            ],
            stdout=out,
            stderr=out,
        )
    yield process, port, folder
    if process.poll() is None:
        process.kill()
        process.wait()


def ask(port: int, path: str) -> Any:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
            text = response.read().decode("utf-8-sig")
            return json.loads(text) if "json" in response.headers["Content-Type"] else text
    except OSError:
        return None


def output(folder: Path) -> str:
    return (folder / "out").read_text(encoding="utf-8")


def test_it_comes_up_and_goes_live_after_the_history(demo: Any) -> None:
    process, port, folder = demo
    wait_for(lambda: ask(port, "/readyz") is not None, 20, "ready within 20 s")
    wait_for(lambda: "live" in output(folder) or process.poll() is not None, 120, "live")
    assert process.poll() is None, output(folder)
    assert f"http://127.0.0.1:{port}/v1/observations" in output(folder)


@pytest.mark.parametrize(
    ("device", "quantity", "low", "high"),
    [
        ("5a27000000000000", "air_temperature", -25, 40),  # ChirpStack, Dragino
        ("5a27000300000000", "relative_humidity", 0, 100),  # The Things Stack, Browan
        ("wupp-00-nbiot", "relative_humidity", 20, 100),  # plain JSON, a fraction with decimal comma as text
        ("5a2700ff00000000", "wind_speed", 0, 30),  # weather station, Decentlab
    ],
)
def test_every_form_of_message_can_be_queried(demo: Any, device: str, quantity: str, low: float, high: float) -> None:
    _, port, folder = demo
    path = f"/v1/observations?device={device}&quantity={quantity}&limit=1000"
    wait_for(
        lambda: len((ask(port, path) or {"data": []})["data"]) >= 140, 60, f"a day of {quantity}: {output(folder)}"
    )
    values = [row["value"] for row in ask(port, path)["data"]]
    assert all(low <= value <= high for value in values)
    assert len(set(values)) > 10


def test_real_payloads_with_their_source_are_in_the_stream(demo: Any) -> None:
    _, port, folder = demo
    listed = subprocess.run(
        [sys.executable, "-m", "gateway", "devices", "list", "--config", str(folder / "data" / "gateway.toml")],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    def seen() -> bool:
        rows = ask(port, "/v1/observations?device=5eed000000000001") or {"data": []}
        return bool(rows["data"])

    wait_for(seen, 30, f"the first published payload: {listed}")


def test_csv_for_excel_opens_with_german_numbers(demo: Any) -> None:
    _, port, _ = demo
    text = ask(port, "/v1/observations?device=5a27000000000000&quantity=air_temperature&format=csv")
    head, first, *_ = text.splitlines()
    assert ";" in head
    assert "," in first


def test_ctrl_c_stops_it_cleanly(demo: Any) -> None:
    process, _, folder = demo
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0, output(folder)
    assert "Traceback" not in output(folder)
    assert "nichts verloren" in output(folder)
