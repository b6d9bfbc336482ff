"""Cayenne LPP as a body, and its 26 types."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decoders.cayenne._types import TYPES, parse
from decoders.kit import DecodeError
from gateway.config import ConfigError, PipelineSettings, PlainMapping, SourceBase
from gateway.envelopes import parser
from gateway.model import SECOND_NS, Measured, Nothing, Reason, TimeSource


def read(text):
    return [(r.channel, r.quantity, r.value, r.unit) for r in parse(bytes.fromhex(text)).readings]


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ("03 67 0110  05 67 00ff", [("3", "air_temperature", 27.2, "Cel"), ("5", "air_temperature", 25.5, "Cel")]),
        ("01 67 ffd7", [("1", "air_temperature", -4.1, "Cel")]),
        ("06 71 04d2 fb2e 0000", [("6", "acceleration_x", 1.234, "[g]"), ("6", "acceleration_y", -1.234, "[g]"), ("6", "acceleration_z", 0.0, "[g]")]),
        ("01 88 06765f f2960a 0003e8", [("1", "latitude", 42.3519, "deg"), ("1", "longitude", -87.9094, "deg"), ("1", "altitude", 10.0, "m")]),
        ("02 68 a1", [("2", "relative_humidity", 80.5, "%")]),
        ("00 00 01  01 01 00", [("0", "digital_input", 1.0, "1"), ("1", "relay", 0.0, "1")]),
        ("02 02 ff9c  03 03 0064", [("2", "analog_value", -1.0, "1"), ("3", "analog_output", 1.0, "1")]),
        ("04 64 ffffffff", [("4", "generic_sensor", 4294967295.0, "1")]),
        ("04 65 ffff", [("4", "illuminance", 65535.0, "lx")]),
        ("04 66 01", [("4", "occupancy", 1.0, "1")]),
        ("04 73 2729", [("4", "air_pressure", 1002.5, "hPa")]),
        ("04 74 014a", [("4", "voltage", 3.3, "V")]),
        ("04 75 04d2", [("4", "current", 1.234, "A")]),
        ("04 76 33bca100", [("4", "frequency", 868000000.0, "Hz")]),
        ("04 78 64", [("4", "percentage", 100.0, "%")]),
        ("04 79 ff9c", [("4", "altitude", -100.0, "m")]),
        ("04 7d 01f4", [("4", "concentration", 500.0, "[ppm]")]),
        ("04 80 03e8", [("4", "power", 1000.0, "W")]),
        ("04 82 000004d2", [("4", "distance", 1.234, "m")]),
        ("04 83 0012d687", [("4", "energy", 1234.567, "kW.h")]),
        ("04 84 010e", [("4", "direction", 270.0, "deg")]),
        ("04 86 0064 ff9c 0000", [("4.x", "angular_velocity", 1.0, "deg/s"), ("4.y", "angular_velocity", -1.0, "deg/s"), ("4.z", "angular_velocity", 0.0, "deg/s")]),
        ("04 87 ff8000", [("4", "colour_red", 255.0, "1"), ("4", "colour_green", 128.0, "1"), ("4", "colour_blue", 0.0, "1")]),
        ("04 8e 01", [("4", "relay", 1.0, "1")]),
        ("ff 67 0000", [("255", "air_temperature", 0.0, "Cel")]),
    ],
)  # fmt: skip
def test_types(payload, expected):
    assert read(payload) == expected


def test_there_are_26_types():
    assert len(TYPES) == 26


def test_a_record_of_unix_time_dates_the_payload():
    readings = parse(bytes.fromhex("01 67 0110 02 85 6b02b340")).readings
    assert [(r.quantity, r.time) for r in readings] == [("air_temperature", 0x6B02B340 * SECOND_NS)]


@pytest.mark.shared
def test_what_a_real_chirpstack_decoded(shared, chirpstack):
    """ChirpStack's own Cayenne codec and this one say the same of the recorded frames."""
    seen = 0
    for line in (shared / "data/chirpstack/events_json.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if '"decoder":"cayenne"' not in record["payload"]:
            continue
        [uplink] = chirpstack(record["payload"].encode(), topic=record["topic"])
        ours = {(r.quantity, r.channel): r.value for r in parse(uplink.payload).readings}
        theirs = uplink.decoded
        seen += 1
        assert ours["air_temperature", "1"] == theirs["temperatureSensor"]["1"]
        if "gpsLocation" in theirs:
            assert ours["relative_humidity", "2"] == theirs["humiditySensor"]["2"]
            assert {k: ours[k, "3"] for k in ("latitude", "longitude", "altitude")} == theirs["gpsLocation"]["3"]
    assert seen == 3


@pytest.mark.parametrize(
    ("payload", "reason"), [("", "length"), ("01", "length"), ("01 67 01", "length"), ("01 fe 00", "unsupported")]
)
def test_payloads_of_which_nothing_can_be_read(payload, reason):
    with pytest.raises(DecodeError) as caught:
        parse(bytes.fromhex(payload))
    assert caught.value.reason == reason


@pytest.mark.parametrize("rest", ["02", "02 67 01", "02 fe 0011"])
def test_what_comes_before_a_fault_is_kept_with_a_warning(rest):
    readings, warnings = parse(bytes.fromhex(f"01 67 0110 {rest}"))
    assert [r.value for r in readings] == [27.2]
    assert len(warnings) == 1


@given(st.binary(max_size=64))
def test_any_bytes_are_readings_or_a_decode_error(payload):
    try:
        readings, _ = parse(payload)
    except DecodeError:
        return
    assert all(isinstance(r.value, float) and r.channel for r in readings)


def test_a_body(cayenne, now):
    [uplink] = cayenne(bytes.fromhex("016701100268a0"), "stadt/s7")
    assert (uplink.device, uplink.time, uplink.time_source) == ("s7", now, TimeSource.RECEIVED)
    assert uplink.measured == (
        Measured("air_temperature", 27.2, "Cel", "1"),
        Measured("relative_humidity", 80.0, "%", "2"),
    )


def test_the_device_from_the_query(cayenne):
    assert cayenne(bytes.fromhex("01670110"), "?id=q7", mapping={"device": "query:id"})[0].device == "q7"


def test_fields_say_what_a_type_leaves_open(cayenne):
    mapping = {
        "fields": [
            {"path": "3.concentration", "quantity": "co2"},
            {"path": "voltage", "quantity": "battery_voltage", "missing": [0]},
            {"path": "1.air_temperature", "quantity": "soil_temperature", "channel": "20cm"},
        ]
    }
    [uplink] = cayenne(bytes.fromhex("037d01f4 047d01f4 05740000 01670110"), mapping=mapping)
    assert uplink.measured == (
        Measured("co2", 500.0, "[ppm]", "3"),
        Measured("concentration", 500.0, "[ppm]", "4"),
        Measured("battery_voltage", None, "V", "5"),
        Measured("soil_temperature", 27.2, "Cel", "20cm"),
    )


def test_a_cut_off_body_keeps_what_was_read(cayenne):
    [uplink] = cayenne(bytes.fromhex("0167011002"))
    assert len(uplink.measured) == 1
    assert uplink.problems == ("length: a single byte is left at byte 4",)


def test_its_own_time(cayenne, now):
    [uplink] = cayenne(bytes.fromhex("0167 0110 0285") + (now // SECOND_NS - 60).to_bytes(4, "big"))
    assert (uplink.time, uplink.time_source) == ((now // SECOND_NS - 60) * SECOND_NS, TimeSource.PAYLOAD)
    [uplink] = cayenne(bytes.fromhex("0167 0110 0285 00000005"))
    assert (uplink.time, uplink.clock_rejected) == (now, True)
    assert cayenne(bytes.fromhex("0285 00000005")) == [Nothing("no values")]


def test_retained_bodies_without_a_time_are_old_state(cayenne):
    assert cayenne(bytes.fromhex("01670110"), retained=True) == [Nothing("retained without a time of its own")]


@pytest.mark.parametrize("body", [b"", b"\x01", b"\x01\xfe", b"{}", b"\x01\x67\x01\x10" * 2000])
def test_malformed_bodies_are_refused(cayenne, rejected, body):
    assert rejected(cayenne, body).reason is Reason.ENVELOPE


def test_without_a_device_it_is_refused(cayenne, rejected):
    assert rejected(cayenne, bytes.fromhex("01670110"), "").reason is Reason.ENVELOPE
    with pytest.raises(ConfigError):
        parser(SourceBase(format="cayenne", mapping=PlainMapping(device="id")), PipelineSettings())
