"""gateway downlink without --send: says what it would do, and does nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import root
from gateway.downlink.messages import Downlink, DownlinkError, chirpstack, things_stack

EUI = "a84041000181c061"
APPLICATION = "3e3b6f1a-0000-4000-8000-00000000000a"


def run(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(root, ["downlink", *words], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.output


@pytest.fixture
def config(tmp_path: Path) -> str:
    (tmp_path / "fleet.toml").write_text(f'[devices.{EUI}]\ndecoder = "dragino-lht65n"\n')
    file = tmp_path / "gateway.toml"
    file.write_text(
        f'data_dir = "{tmp_path}/data"\nfleet = "{tmp_path}/fleet.toml"\n'
        '[sources.cs]\ntype = "mqtt5"\nformat = "chirpstack"\nhost = "192.0.2.1"\ntopics = ["a/#"]\nclient_id = "g"\n'
        '[sources.tts]\ntype = "mqtt311"\nformat = "tts"\nhost = "192.0.2.1"\nusername = "city@ttn"\n'
    )
    return str(file)


def test_dry_run_by_default(config: str) -> None:
    text = run(EUI.upper(), "--config", config, "--interval", "600", "--source", "cs", "--application", APPLICATION)
    assert f"application/{APPLICATION}/device/{EUI}/command/down" in text
    assert "01000258" in text
    assert "dry run" in text
    body = json.loads(next(line for line in text.splitlines() if line.startswith("{")))
    assert body == {"devEui": EUI, "confirmed": False, "fPort": 2, "data": "AQACWA=="}


def test_dry_run_for_the_things_stack(config: str) -> None:
    text = run(EUI, "--config", config, "--interval", "600", "--source", "tts", "--tts-device", "baum-7", "--confirmed")
    assert "v3/city@ttn/devices/baum-7/down/push" in text
    body = json.loads(next(line for line in text.splitlines() if line.startswith("{")))
    assert body == {"downlinks": [{"f_port": 2, "frm_payload": "AQACWA==", "confirmed": True, "priority": "NORMAL"}]}


def test_any_payload_may_be_given(config: str) -> None:
    assert "fPort 10, 0102" in run(EUI, "--config", config, "--payload", "0102", "--port", "10")


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (["--interval", "1"], "60 to", 1),
        (["--interval", "600", "--decoder", "milesight-vs121"], "is not known", 1),
        (["--interval", "600", "--send"], "--source", 2),
        (["--interval", "600", "--source", "cs", "--application", "nonsense"], "application id", 1),
        (["--interval", "600", "--source", "none"], None, None),
        (["--payload", "zz", "--port", "2"], "hexadecimal", 1),
        (["--payload", "00"], "--port", 2),
        ([], "--interval", 2),
    ],
)
def test_what_cannot_be_is_said(config: str, words: list[str], said: str | None, code: int | None) -> None:
    if code is None:
        with pytest.raises(Exception, match="no configured MQTT source"):
            run(EUI, "--config", config, *words)
        return
    assert said in run(EUI, "--config", config, *words, code=code)


def test_an_unknown_device_needs_a_decoder(config: str) -> None:
    assert "--decoder" in run("0000000000000001", "--config", config, "--interval", "600", code=2)


@pytest.mark.parametrize("device", ["x/../y", "+", "#", "0102030405060708/", ""])
def test_nothing_gets_into_a_topic_that_does_not_belong_there(device: str) -> None:
    message = Downlink(2, b"\x01")
    with pytest.raises(DownlinkError):
        chirpstack(APPLICATION, device, message)
    with pytest.raises(DownlinkError):
        things_stack("city@ttn", device, message)


@pytest.mark.parametrize(
    "message", [Downlink(0, b"\x01"), Downlink(224, b"\x01"), Downlink(2, b""), Downlink(2, bytes(243))]
)
def test_what_lorawan_cannot_carry_is_refused(message: Downlink) -> None:
    with pytest.raises(DownlinkError):
        chirpstack(APPLICATION, EUI, message)
