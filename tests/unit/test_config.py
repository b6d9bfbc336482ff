"""Configuration: what is wrong is named with file, setting and cause, and secrets stay secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.config import ConfigError, Mqtt5Source, Secret, load

SOURCE = """
[sources.chirpstack]
type = "mqtt5"
format = "chirpstack"
host = "broker.example"
topics = ["application/+/device/+/event/+"]
client_id = "gw"
password.value = "hunter2"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "gateway.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults_listen_on_loopback_only_and_store_in_duckdb() -> None:
    settings = load()
    assert settings.http.host == "127.0.0.1"
    assert settings.store.kind == "duckdb"


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_STORE__INFLUXDB__URL", "http://elsewhere:8086")
    monkeypatch.setenv("GATEWAY_SOURCES__CHIRPSTACK__QOS", "2")
    settings = load(write(tmp_path, SOURCE + '[store.influxdb]\nurl = "http://here:8086"\n'))
    assert settings.store.influxdb.url == "http://elsewhere:8086"
    source = settings.sources["chirpstack"]
    assert isinstance(source, Mqtt5Source)
    assert source.qos == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (SOURCE + "qos = 7\n", ("sources.chirpstack", "qos", "less than or equal to 2")),
        (SOURCE + 'hots = "x"\n', ("hots", "Extra inputs")),
        (SOURCE.replace('type = "mqtt5"\n', ""), ("sources.chirpstack", "type")),
        ('[sources."a b"]\ntype = "http"\nformat = "plain"\n', ("source name",)),
        ("[journal]\nmax_batch = 0\n", ("journal.max_batch", "greater than or equal to 1")),
        ("data_dir = [", ("gateway.toml",)),
    ],
)
def test_a_mistake_is_named_with_file_setting_and_cause(tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load(path)
    for word in (*words, str(path)):
        assert word in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        load(tmp_path / "nothing.toml")


def test_secrets_come_from_files_and_never_show(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("s3cret\n", encoding="utf-8")
    assert Secret(file=file).read() == "s3cret"
    assert "hunter2" not in repr(load(write(tmp_path, SOURCE)))
    with pytest.raises(ConfigError, match=str(tmp_path / "gone")):
        Secret(file=tmp_path / "gone").read()
