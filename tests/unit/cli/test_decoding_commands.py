"""gateway decode, decoders, codec: what people and programs get."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from decoders import registry
from gateway.cli import root
from gateway.cli.decoders_page import page

ROOT = Path(__file__).resolve().parents[3]
LHT65N = "cbf60b0d0376010add7fff"


def run(*words: str, text: bytes | None = None, code: int = 0) -> str:
    done = CliRunner().invoke(root, list(words), input=text, catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.output


@pytest.mark.parametrize("name", ["dragino-lht65n", "dragino/lht65n", "dragino/lht65n-codec"])
def test_decode_as_json(name: str) -> None:
    answer = json.loads(run("decode", "--json", name, "2", LHT65N))
    assert answer["error"] is None
    assert answer["warnings"] == []
    assert {
        "quantity": "air_temperature",
        "channel": "probe",
        "value": 27.81,
        "unit": "Cel",
        "time_offset": 0.0,
    } in answer["readings"]


def test_decode_says_errors_in_the_object() -> None:
    answer = json.loads(run("decode", "--json", "dragino-lht65n", "2", "cb"))
    assert (answer["readings"], answer["error"]) == ([], "length")
    assert run("decode", "dragino-lht65n", "2", "cb", code=1).startswith("Error: length")


def test_decode_for_people() -> None:
    assert "air_temperature@probe            27.81 Cel" in run("decode", "dragino-lht65n", "2", LHT65N)
    assert "does not exist" in run("decode", "maker-thing", "2", "00", code=2)
    assert "PAYLOAD" in run("decode", "dragino-lht65n", "2", "0x", code=2)
    run("decode", code=2)


def test_history_carries_its_time() -> None:
    answer = json.loads(run("decode", "--json", "milesight-em300-th", "85", "20ce9e74466310015d00"))
    assert answer["readings"][0]["time"] == "2022-10-12T08:02:38Z"


def test_every_line_gets_an_answer() -> None:
    lines = [
        json.dumps({"decoder": "dragino-lht65n", "port": 2, "payload": LHT65N}),
        json.dumps({"ttn": "dragino/lht65n", "port": 2, "payload": LHT65N}),
        "no json", "[1]", "[" * 5000, json.dumps({"port": 2, "payload": ""}),
        json.dumps({"decoder": "maker-thing", "port": 2, "payload": ""}),
        json.dumps({"decoder": "dragino-lht65n", "port": "2", "payload": LHT65N}),
        json.dumps({"decoder": "dragino-lht65n", "port": True, "payload": LHT65N}),
        json.dumps({"decoder": "dragino-lht65n", "port": 256, "payload": LHT65N}),
        json.dumps({"decoder": "dragino-lht65n", "port": 2, "payload": "xy"}),
        json.dumps({"decoder": "dragino-lht65n", "port": 2, "payload": 5}),
        json.dumps({"decoder": "dragino-lht65n", "port": 2, "payload": "00"}),
        '"' + "x" * (2 << 20) + '"',
        json.dumps({"decoder": "dragino-lht65n", "port": 2, "payload": LHT65N}),
    ]  # fmt: skip
    text = "\n".join(lines).encode() + b"\n\n\xff\xfe\n"
    answers = [json.loads(line) for line in run("decode", "--jsonl", text=text).splitlines()]
    assert [bool(a["readings"]) for a in answers] == [True, True, *[False] * 12, True, False]
    assert [a["error"] for a in answers] == [None, None, *["input"] * 10, "length", "input", None, "input"]
    assert all(a["detail"] for a in answers if a["error"])


def test_decoders_as_table_and_json() -> None:
    assert "dragino-lht65n " in run("decoders")
    rows = json.loads(run("decoders", "--json"))
    assert [row["id"] for row in rows] == list(registry.all_decoders())
    row = next(row for row in rows if row["id"] == "dragino-lht65n")
    assert {"id", "vendor", "model", "version", "quantities", "ports", "identifiers"} <= row.keys()
    assert "dragino/lht65n" in row["identifiers"]["ttn"]
    assert row["ports"] == [2, 3, 5]
    assert "relative_humidity" in row["quantities"]
    assert {"quantity": "air_temperature", "unit": "Cel", "channel": "probe"} in row["values"]


def test_the_page_about_devices_is_up_to_date() -> None:
    assert (ROOT / "docs" / "decoders.md").read_text(encoding="utf-8") == page(), "run `gateway decoders page`"
    run("decoders", "page", "--check")


def test_an_old_page_is_noticed_and_renewed(tmp_path: Path) -> None:
    file = tmp_path / "decoders.md"
    assert "out of date" in run("decoders", "page", "--check", "--file", str(file), code=1)
    run("decoders", "page", "--file", str(file))
    run("decoders", "page", "--check", "--file", str(file))


def test_a_new_device_is_two_files_that_pass_their_tests(tmp_path: Path) -> None:
    for part in ("__init__.py", "registry.py", "vectors.py", "kit", "browan"):
        source = ROOT / "decoders" / part
        target = tmp_path / "decoders" / part
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.parent.mkdir(exist_ok=True)
            shutil.copy(source, target)
    shutil.copy(ROOT / "tests/unit/decoders/test_vectors.py", tmp_path)
    shutil.copytree(ROOT / "gateway", tmp_path / "gateway", ignore=shutil.ignore_patterns("__pycache__", "web", "demo"))
    made = run("decoders", "new", "Acme GmbH/TH-1", "--folder", str(tmp_path / "decoders")).splitlines()
    assert [Path(line).name for line in made[:3]] == ["th_1.py", "th_1.toml", "__init__.py"]
    second = run("decoders", "new", "Acme GmbH/TH-2", "--folder", str(tmp_path / "decoders")).splitlines()
    assert [Path(line).name for line in second if line.endswith((".py", ".toml"))] == ["th_2.py", "th_2.toml"]
    tests = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "acme", "test_vectors.py"],
        cwd=tmp_path, capture_output=True, text=True, env={"PYTHONPATH": str(tmp_path)}, check=False,
    )  # fmt: skip
    assert tests.returncode == 0, tests.stdout
    assert "acme" in run("decoders", "new", "Acme GmbH/TH-1", "--folder", str(tmp_path / "decoders"), code=1)


@pytest.mark.parametrize("name", ["acme", "../x/y", "acme/", "a/b\n", "/etc"])
def test_names_that_make_no_file_are_refused(tmp_path: Path, name: str) -> None:
    run("decoders", "new", name, "--folder", str(tmp_path), code=2)
    assert list(tmp_path.iterdir()) == []


def test_codec_shows_data_readings_and_what_is_not_understood(tmp_path: Path) -> None:
    file = tmp_path / "c.js"
    file.write_text(
        "function decodeUplink(i) { return {data: {temperature: i.bytes[0], odd: 1, at: i.recvTime}, warnings: ['w']}; }"
    )
    found = json.loads(run("codec", str(file), "2", "15", "--json", "--recv-time", "2026-06-01T10:00:00Z"))
    assert found["data"] == {"temperature": 21, "odd": 1, "at": "2026-06-01T10:00:00.000Z"}
    assert [r["quantity"] for r in found["readings"]] == ["air_temperature"]
    assert (found["unmapped"], found["warnings"], found["errors"]) == (["odd"], ["w"], [])
    text = run("codec", str(file), "2", "15")
    assert "air_temperature                  21 Cel" in text
    assert "not mapped: odd" in text
    mapping = tmp_path / "m.toml"
    mapping.write_text('[[value]]\npath = "odd"\nquantity = "people_count"\nchannel = "in"\n')
    assert "people_count@in" in run("codec", str(file), "2", "15", "--mapping", str(mapping))


def test_codec_says_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "c.js"
    file.write_text("function (")
    assert "SyntaxError" in run("codec", str(file), "2", "15", code=1)
    file.write_text("function decodeUplink() { while (true) {} }")
    assert "processor time" in run("codec", str(file), "2", "15", code=1)
