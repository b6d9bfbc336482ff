"""A codec in the pipeline: from the fleet's file to observations."""

import base64
import json

import pytest

from decoders.kit import DecodeError
from gateway.app import parts
from gateway.codecs.decoder import Codecs, recognised, to_readings
from gateway.codecs.mapping import load_mapping
from gateway.config import ConfigError, Settings
from gateway.model import Entry, Reason, Received
from gateway.pipeline.memory import Memory
from gateway.registry.fleet import load_fleet

CODEC = """
function decodeUplink(input) {
  if (input.fPort !== 2) return {errors: ['unknown FPort']};
  return {data: {t: input.bytes[0] / 2, level: input.bytes[1], humidity: 40, odd: 1, age: new Date() - input.recvTime}};
}
"""
MAPPING = """
[[value]]
path = "level"
quantity = "water_level"
unit = "cm"
channel = "north"
missing = [255]

[options]
ignore = ["age"]
"""
DEVICE = "0102030405060708"


def settings(folder, fleet):
    source = {"type": "http", "format": "chirpstack", "token": {"value": "t" * 16}}
    return Settings.model_validate(
        {"data_dir": str(folder), "fleet": str(fleet), "sources": {"cs": source}, "pipeline": {"radio": False}}
    )


def test_order_of_meaning(tmp_path):
    (tmp_path / "m.toml").write_text(MAPPING)
    mapping = load_mapping(tmp_path / "m.toml")
    data = {"t": 3, "level": 12, "odd": 1, "humidity": 40}
    readings, warnings, unmapped = to_readings(data, {"air": {"temperature": 2.5}}, mapping)
    assert [r[:4] for r in readings] == [
        ("air_temperature", 2.5, "Cel", ""), ("water_level", 12, "cm", "north"), ("relative_humidity", 40, "%", "")]  # fmt: skip
    assert (warnings, unmapped) == ((), ())
    readings, _, unmapped = to_readings(data, None, mapping)
    assert [r.quantity for r in readings] == ["water_level", "air_temperature", "relative_humidity", "key odd"]
    assert unmapped == ("odd",)
    assert to_readings({"level": 255}, None, mapping)[0] == ()
    assert to_readings({"level": "high"}, None, mapping)[1] == ("level is no number",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[value]]\npath = "a"\nquantity = "nonsense"', "vocabulary"),
        ('[[value]]\npath = "a"\nquantity = "co2"\nunit = "kg"', "cannot be converted"),
        ('[[value]]\npath = "a..b"\nquantity = "co2"', "path"),
        ('[[values]]\npath = "a"', "values"),
        ("[", "m.toml"),
    ],
)
def test_a_wrong_mapping_names_file_and_cause(tmp_path, text, words):
    file = tmp_path / "m.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=words):
        load_mapping(file)


def test_a_fleet_names_codecs(tmp_path):
    (tmp_path / "own.js").write_text(CODEC)
    (tmp_path / "own.toml").write_text(MAPPING)
    file = tmp_path / "fleet.toml"
    file.write_text(f'[devices.{DEVICE}]\ncodec = "own.js"\nmapping = "own.toml"\n')
    codecs = Codecs()
    chooser = parts.chooser(load_fleet(file), codecs)
    decoder = codecs.by_id("codec:own")
    assert decoder is not None
    assert decoder.decode(bytes([41, 7]), 2).readings[0][:4] == ("water_level", 7, "cm", "north")
    with pytest.raises(DecodeError) as error:
        decoder.decode(bytes([41, 7]), 3)
    assert error.value.reason == "port"
    assert chooser is not None
    codecs.close()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('codec = "none.js"', "none.js"),
        ('codec = "bad.js"', "SyntaxError"),
        ('codec = "good.js"\ndecoder = "dragino-lht65n"', "either decoder or codec"),
        ('mapping = "m.toml"', "belongs to a codec"),
        ('codec = "good.js"\n[devices.other]\ncodec = "sub/good.js"', "each name has one file"),
    ],
)
def test_a_wrong_codec_is_a_configuration_error(tmp_path, text, words):
    (tmp_path / "bad.js").write_text("function (")
    (tmp_path / "good.js").write_text(CODEC)
    file = tmp_path / "fleet.toml"
    file.write_text(f"[devices.{DEVICE}]\n{text}\n")
    codecs = Codecs()
    with pytest.raises(ConfigError, match=words):
        parts.chooser(load_fleet(file), codecs)
    codecs.close()


def test_a_codec_is_given_the_time_of_its_uplink(tmp_path):
    (tmp_path / "late.js").write_text(
        "function decodeUplink(i) { return {data: {history: [{timestamp: i.recvTime / 1000 - 60, temperature: 4}]}}; }"
    )
    fleet = tmp_path / "fleet.toml"
    fleet.write_text(f'[devices.{DEVICE}]\ncodec = "late.js"\n')
    processor = parts.processor_factory(settings(tmp_path, fleet))(Memory())
    now = 1_780_308_010 * 10**9
    same = [uplink(DEVICE, 2, b"\x01", time=f"2026-06-01T10:00:0{n}Z") for n in range(3)]
    done = processor.process([Entry(n, Received("cs", "?event=up", body, now)) for n, body in enumerate(same, 1)])
    assert [o.time // 10**9 for o in done.observations] == [1_780_307_940, 1_780_307_941, 1_780_307_942]


def test_a_network_servers_object_is_understood_or_left():
    assert [r.quantity for r in recognised({"temperature": 3.0, "odd": 1.0})] == ["air_temperature", "key odd"]
    assert recognised({"odd": 1.0}) == ()
    assert recognised("text") == ()


def uplink(device, port, payload=None, decoded=None, time="2026-06-01T10:00:00Z"):
    body = {"deduplicationId": "x", "time": time, "deviceInfo": {"devEui": device, "deviceProfileName": "Unheard of"},
            "fPort": port, "data": base64.b64encode(payload or b"").decode()}  # fmt: skip
    if decoded is not None:
        body["object"] = decoded
    return json.dumps(body).encode()


def test_the_whole_way(tmp_path):
    (tmp_path / "own.js").write_text(CODEC)
    (tmp_path / "own.toml").write_text(MAPPING)
    fleet = tmp_path / "fleet.toml"
    fleet.write_text(f'[devices.{DEVICE}]\ncodec = "own.js"\nmapping = "own.toml"\n')
    now = 1_780_308_010 * 10**9
    bodies = [
        uplink(DEVICE, 2, bytes([42, 9])),
        uplink(DEVICE, 2, bytes([43, 10]), time="2026-06-01T10:00:01Z"),
        uplink(DEVICE, 9, bytes([43, 10])),
        uplink("1112131415161718", 2, b"\x01", decoded={"temperature": 19.5, "mystery": 3.0}),
        uplink("1112131415161718", 2, b"\x01", decoded={"mystery": 3.0}),
    ]
    entries = [Entry(n, Received("cs", "?event=up", body, now)) for n, body in enumerate(bodies, 1)]
    processor = parts.processor_factory(settings(tmp_path, fleet))(Memory())
    done = processor.process(entries)
    assert [(o.offset, o.quantity, o.channel, o.value) for o in done.observations] == [
        (1, "water_level", "north", 0.09), (1, "air_temperature", "", 21), (1, "relative_humidity", "", 40),
        (2, "water_level", "north", 0.1), (2, "air_temperature", "", 21.5), (2, "relative_humidity", "", 40),
        (4, "air_temperature", "", 19.5),
    ]  # fmt: skip
    assert [(r.entry.offset, r.reason) for r in done.rejected] == [(3, Reason.DECODE), (5, Reason.UNKNOWN_DEVICE)]
    assert done.unmapped == {("codec:own", "key odd"), ("cs", "key mystery")}
    assert done.seen[DEVICE].decoder == "codec:own"
    again = processor.process(entries)
    assert [r.reason for r in again.rejected] == [Reason.DECODE, Reason.UNKNOWN_DEVICE]
