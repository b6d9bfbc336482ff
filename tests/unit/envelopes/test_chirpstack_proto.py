"""ChirpStack's protobuf form says the same as its JSON form."""

from __future__ import annotations

import json
from collections import Counter

import msgspec
import pytest
from chirpstack_api import integration as pb
from google.protobuf import json_format

from gateway.envelopes.chirpstack_proto import _float
from gateway.envelopes.clock import rfc3339_ns
from gateway.model import NetworkLog, Nothing, Reason, Uplink

EUI = "a840410000000001"
MESSAGES = {
    "up": pb.UplinkEvent,
    "status": pb.StatusEvent,
    "log": pb.LogEvent,
    "join": pb.JoinEvent,
    "location": pb.LocationEvent,
}
AT = rfc3339_ns("2026-11-22T16:58:00Z")


def recorded(shared, name):
    return [json.loads(line) for line in (shared / "data/chirpstack" / name).read_text(encoding="utf-8").splitlines()]


@pytest.mark.shared
@pytest.mark.parametrize("defaults", [True, False])
def test_each_recorded_protobuf_event_equals_its_json_form(shared, chirpstack, defaults):
    """The JSON form is written by protobuf's own mapping, with defaults (new versions) and without (old ones)."""
    for record in recorded(shared, "events_protobuf.jsonl"):
        event = record["topic"].rsplit("/", 1)[1]
        body = bytes.fromhex(record["payload_hex"])
        message = MESSAGES[event].FromString(body)
        text = json_format.MessageToJson(message, always_print_fields_with_no_presence=defaults)
        expected = chirpstack(text.encode(), topic=record["topic"], at=AT)
        assert chirpstack(body, topic=record["topic"], at=AT) == expected
        assert not isinstance(expected[0], Nothing)


@pytest.mark.shared
def test_both_recordings_of_the_same_frames_differ_in_times_and_ids_only(shared, chirpstack):
    def told(events):
        return Counter(json.dumps(msgspec.to_builtins(bare(event)), sort_keys=True) for event in events)

    def bare(event):
        if isinstance(event, Uplink):
            return msgspec.structs.replace(event, time=0, dedup="")
        return msgspec.structs.replace(event, time=0, **({"dedup": ""} if isinstance(event, NetworkLog) else {}))

    as_json = [
        e
        for r in recorded(shared, "events_json.jsonl")
        for e in chirpstack(r["payload"].encode(), topic=r["topic"], at=AT)
    ]
    as_proto = [e for r in recorded(shared, "events_protobuf.jsonl") for e in chirpstack(bytes.fromhex(r["payload_hex"]), topic=r["topic"], at=AT)]  # fmt: skip
    assert told(as_json) == told(as_proto)
    assert len(as_json) == 17


def test_32_bit_floats_are_the_decimals_that_json_says():
    for shown in (78.74016, -7.25, 9.5, 0.1, 7.8, 100.0, 16777216.0, -0.3, 1e-7, 3.4e38):
        status = pb.StatusEvent(battery_level=shown)
        assert _float(status.battery_level) == shown
    assert str(_float(float("nan"))) == "nan"


def test_an_encrypted_payload_in_protobuf(chirpstack, rejected):
    message = pb.UplinkEvent(device_info=pb.DeviceInfo(dev_eui=EUI), f_port=2, data=b"\x01", f_cnt=4)
    message.join_server_context.session_key_id = "x"
    error = rejected(chirpstack, message.SerializeToString())
    assert (error.reason, error.uplink.counter, error.uplink.payload) == (Reason.ENCRYPTED, 4, None)


def test_numbers_that_json_cannot_say_are_null_in_object(chirpstack):
    message = pb.UplinkEvent(device_info=pb.DeviceInfo(dev_eui=EUI), f_port=2, data=b"\x01")
    message.object.update({"a": float("nan"), "b": [float("inf"), 1.5, "x", True, None], "c": {"d": -0.5}})
    [uplink] = chirpstack(message.SerializeToString())
    assert uplink.decoded == {"a": None, "b": [None, 1.5, "x", True, None], "c": {"d": -0.5}}


def test_a_relay_and_a_location_in_protobuf(chirpstack):
    info = pb.DeviceInfo(dev_eui=EUI)
    message = pb.UplinkEvent(device_info=info, f_port=2, data=b"\x01")
    message.rx_info.add(gateway_id="g", snr=9.5, rssi=-50)
    message.relay_rx_info.dev_eui = "00000000000000aa"
    message.relay_rx_info.rssi = -101
    [uplink] = chirpstack(message.SerializeToString())
    assert (uplink.radio.gateway, uplink.radio.rssi) == ("00000000000000aa", -101)
    located = pb.LocationEvent(device_info=info)
    located.location.latitude, located.location.longitude = 51.25, 7.15
    [uplink] = chirpstack(located.SerializeToString(), "location")
    assert uplink.location == (51.25, 7.15, None)


def test_an_enum_of_a_newer_version_keeps_its_number(chirpstack):
    [log] = chirpstack(pb.LogEvent(device_info=pb.DeviceInfo(dev_eui=EUI), level=2, code=77).SerializeToString(), "log")
    assert (log.level, log.code) == ("ERROR", "77")


@pytest.mark.parametrize(
    "body", [b"\x0a\x24zzz", b"\xff" * 40, b"\x00\x00", b"", b"not json", pb.UplinkEvent(f_port=2).SerializeToString()]
)
def test_bytes_that_are_no_event_are_refused(chirpstack, rejected, body):
    for event in MESSAGES:
        assert rejected(chirpstack, body, event).reason is Reason.ENVELOPE


def test_protobuf_nested_without_end_is_refused(chirpstack, rejected):
    inner = b""
    for _ in range(300):  # Value{list_value: ListValue{values: Value{…}}}
        inner = b"\x32" + _varint(len(inner)) + inner
        inner = b"\x0a" + _varint(len(inner)) + inner
    entry = b"\x0a\x01a\x12" + _varint(len(inner)) + inner
    struct = b"\x0a" + _varint(len(entry)) + entry
    body = b"\x5a" + _varint(len(struct)) + struct
    assert rejected(chirpstack, body).reason is Reason.ENVELOPE


def _varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])
