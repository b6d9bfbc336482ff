"""Whatever bytes come: events, or RejectedError with a detail that repeats nothing of the payload."""

from __future__ import annotations

import copy
import json
from functools import cache

import cbor2
import pytest
from chirpstack_api import integration as pb
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.config import PipelineSettings, PlainMapping, SourceBase
from gateway.envelopes import parser
from gateway.model import Join, Measured, NetworkLog, Nothing, Received, RejectedError, Uplink

from .conftest import CHIRPSTACK_UP, NOW, TOPIC, TTS_UP

FIELDS = (
    {"path": "t", "quantity": "air_temperature", "missing": [0], "unit_path": "u", "channel_path": "c", "time": "at"},
    {"path": "a.b[0].v", "quantity": "topic:-1"},
    {"path": "list[k=v].x"},
    {"path": ""},
)
MAPPINGS = {
    "chirpstack": [{}],
    "tts": [{}],
    "plain": [
        {},
        {"device": "id", "items": "data", "time": "at", "time_zone": "Europe/Berlin", "fields": FIELDS},
        {"device": "query:id", "csv_columns": ("t", "at", "id"), "fields": FIELDS, "time": "at", "decimal": ","},
        {"fields": FIELDS, "time": "at", "time_format": "ms"},
    ],
    "senml": [{}, {"device": "topic:0", "fields": FIELDS}],
    "cayenne": [{}, {"device": "topic:0", "fields": FIELDS}],
}
CASES = [(name, index) for name, mappings in MAPPINGS.items() for index in range(len(mappings))]
TOPICS = (
    *(TOPIC + event for event in ("up", "join", "status", "log", "location", "ack", "x")), "?event=up", "/dev-1?id=7&event=status",
    "", "a/b/c", "v3/umwelt@ttn/devices/x/up",
)  # fmt: skip
CONTENT_TYPES = ("", "application/json", "application/senml+cbor", "application/x-www-form-urlencoded", "text/csv")


@cache
def envelope(name, index):
    return parser(SourceBase(format=name, mapping=PlainMapping(**MAPPINGS[name][index])), PipelineSettings())


def check_rejection(error):
    assert len(error.detail) < 4000
    assert error.detail.isprintable()
    if error.uplink is not None:
        assert error.uplink.payload is None
        assert not error.uplink.measured


def check(case, body, topic, content_type="", retained=False):
    message = Received("s", topic, body, NOW, retained=retained, content_type=content_type)
    try:
        events = envelope(*case)(message)
    except RejectedError as error:
        check_rejection(error)
        return
    assert events
    for event in events:
        assert isinstance(event, Uplink | Join | NetworkLog | Nothing)
        if isinstance(event, Uplink):
            assert event.device
            assert event.device.isprintable()
            assert isinstance(event.time, int)
            assert event.payload is None or event.payload
            assert len(event.problems) <= 22
            assert all(problem.isprintable() for problem in event.problems)
            for measured in event.measured:
                assert isinstance(measured, Measured)
                assert measured.quantity
                assert measured.value is None or (
                    isinstance(measured.value, float) and abs(measured.value) < float("inf")
                )
                assert measured.time is None or isinstance(measured.time, int)


around = {
    "topic": st.sampled_from(TOPICS),
    "content_type": st.sampled_from(CONTENT_TYPES),
    "retained": st.booleans(),
}
case = st.sampled_from(CASES)


@settings(max_examples=700)
@given(case=case, body=st.binary(max_size=200), **around)
def test_any_bytes(case, body, topic, content_type, retained):
    check(case, body, topic, content_type, retained)


keys = st.sampled_from(["t", "h", "id", "at", "data", "n", "v", "bn", "bt", "u", "vs", "vb", "s", "bv", "c", "a", "b", "list", "k", "x", "pm10", "error", "result", "vd", "e_"]) | st.text(max_size=5)  # fmt: skip
scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20) | st.sampled_from(["21,5", "2026-11-22T17:00:00Z", "11:50 UTC", "1.234,5", "NaN", "", "YQ=="])
)  # fmt: skip
json_like = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5), max_leaves=20
)


@settings(max_examples=700)
@given(case=case, value=json_like, **around)
def test_any_json(case, value, topic, content_type, retained):
    check(case, json.dumps(value).encode(), topic, content_type, retained)


@settings(max_examples=200)
@given(value=json_like | st.lists(st.dictionaries(st.integers(-8, 9), scalars, max_size=6), max_size=6), **around)
def test_any_cbor(value, topic, content_type, retained):
    for index in range(2):
        check(("senml", index), cbor2.dumps(value), topic, content_type, retained)


def nodes(value, path=()):
    """Every place in a JSON-like value."""
    yield path
    if isinstance(value, dict):
        for key in value:
            yield from nodes(value[key], (*path, key))
    elif isinstance(value, list):
        for index in range(len(value)):
            yield from nodes(value[index], (*path, index))


def mutate(value, data):
    """Delete or replace members at random."""
    value = copy.deepcopy(value)
    for _ in range(data.draw(st.integers(1, 4))):
        path = data.draw(st.sampled_from(list(nodes(value))))
        if not path:
            continue
        parent = value
        for step in path[:-1]:
            parent = parent[step]
        if data.draw(st.booleans()):
            parent[path[-1]] = data.draw(json_like)
        elif isinstance(parent, dict):
            del parent[path[-1]]
        else:
            parent.pop(path[-1])
    return value


NORMALIZED = [{"time": "2026-11-22T16:00:00Z", "air": {"temperature": 20.5}, "soil": {"depth": 10, "moisture": 3}}]
TTS_FULL = TTS_UP | {"uplink_message": TTS_UP["uplink_message"] | {"normalized_payload": NORMALIZED}}
CHIRPSTACK_FULL = CHIRPSTACK_UP | {
    "object": {"a": [1.0]}, "margin": 3, "batteryLevel": 50.0, "level": "ERROR", "code": "OTAA", "description": "x",
    "context": {"deduplication_id": "y"}, "location": {"latitude": 51.0, "longitude": 7.0}, "relayRxInfo": {"devEui": "00"},
}  # fmt: skip


@settings(max_examples=200)
@given(data=st.data(), **around)
def test_mutated_messages_of_network_servers(data, topic, content_type, retained):
    check(("chirpstack", 0), json.dumps(mutate(CHIRPSTACK_FULL, data)).encode(), topic, content_type, retained)
    check(("tts", 0), json.dumps(mutate(TTS_FULL, data)).encode(), topic, content_type, retained)


@pytest.mark.shared
@settings(max_examples=200)
@given(data=st.data())
def test_mutated_recordings(shared, data):
    recorded = _recordings(shared)
    name, topic, body = data.draw(st.sampled_from(recorded))
    check((name, 0), json.dumps(mutate(json.loads(body), data)).encode(), topic)


@pytest.mark.shared
@settings(max_examples=200)
@given(data=st.data())
def test_recordings_with_flipped_and_lost_bytes(shared, data):
    name, topic, body = data.draw(st.sampled_from([*_recordings(shared), *_protobuf(shared)]))
    damaged = bytearray(body if isinstance(body, bytes) else body.encode())
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        if data.draw(st.booleans()):
            damaged[at] = data.draw(st.integers(0, 255))
        else:
            del damaged[at : at + data.draw(st.integers(1, 40))]
        damaged = damaged or bytearray(b"{")
    check((name, 0), bytes(damaged), topic)


@cache
def _recordings(shared):
    found = []
    for name, path in (("chirpstack", "chirpstack/events_json.jsonl"), ("tts", "tts/events.jsonl")):
        for line in (shared / "data" / path).read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            found.append((name, record["topic"], record["payload"]))
    return found


@cache
def _protobuf(shared):
    lines = (shared / "data/chirpstack/events_protobuf.jsonl").read_text(encoding="utf-8").splitlines()
    return [("chirpstack", r["topic"], bytes.fromhex(r["payload_hex"])) for r in map(json.loads, lines)]


@settings(max_examples=200)
@given(
    eui=st.sampled_from(["a840410000000001", "A840410000000001", "", "x"]) | st.text(max_size=20),
    port=st.integers(0, 2**32 - 1),
    seconds=st.integers(-62135596800, 253402300799),
    nanos=st.integers(-(2**31), 2**31 - 1),
    name=st.text(max_size=10),
    event=st.sampled_from(["up", "join", "status", "log", "location"]),
    number=st.floats(width=32),
)
def test_any_protobuf_message(eui, port, seconds, nanos, name, event, number):
    info = pb.DeviceInfo(dev_eui=eui, device_name=name, tags={name: eui, "lat": name, "lon": "7"})
    message = {
        "up": lambda: pb.UplinkEvent(device_info=info, f_port=port, data=b"a"),
        "join": lambda: pb.JoinEvent(device_info=info),
        "status": lambda: pb.StatusEvent(device_info=info, battery_level=number),
        "log": lambda: pb.LogEvent(device_info=info, description=name, level=port % 5, code=port % 30),
        "location": lambda: pb.LocationEvent(device_info=info),
    }[event]()
    message.time.seconds, message.time.nanos = seconds, nanos
    if event == "location":
        message.location.latitude = number
    if event == "up":
        message.rx_info.add(gateway_id=name, snr=number)
    check(("chirpstack", 0), message.SerializeToString(), TOPIC + event)
