"""ChirpStack v4 in JSON: every trap of its wire format."""

from __future__ import annotations

import base64
import json
import subprocess
import sys

import pytest

from gateway.config import ConfigError, PipelineSettings, SourceBase
from gateway.envelopes import parser
from gateway.envelopes.chirpstack import compile_template
from gateway.envelopes.clock import rfc3339_ns
from gateway.model import (
    SECOND_NS,
    Join,
    Measured,
    NetworkLog,
    Nothing,
    Radio,
    Reason,
    Received,
    RejectedError,
    TimeSource,
    Uplink,
)

EUI = "a840410000000001"
PAYLOAD = bytes.fromhex("cbf60b0d0376010add7fff")
DAY = 86400 * SECOND_NS


def test_an_up_event_becomes_an_uplink(chirpstack, up):
    assert chirpstack(up) == [
        Uplink(
            device=EUI,
            time=rfc3339_ns("2026-11-22T17:00:04.123456Z"),
            time_source=TimeSource.NETWORK,
            port=2,
            payload=PAYLOAD,
            hints=("tag:dragino-lht65n", "profile:Dragino LHT65N"),
            name="Döppersberg",
            dedup="7078c20a-534c-45e4-b777-0032339e43f9",
            counter=7,
            radio=Radio(rssi=-57, snr=9.5, spreading_factor=7, gateway="0016c001f153a14c"),
            location=(51.2562, 7.1508, None),
            tags={"decoder": "dragino-lht65n", "lat": "51.2562", "lon": "7.1508"},
        )
    ]


@pytest.mark.shared
def test_every_recorded_event_of_a_real_server_is_understood(shared, chirpstack):
    events = []
    for line in (shared / "data/chirpstack/events_json.jsonl").read_text(encoding="utf-8").splitlines():
        recorded = json.loads(line)
        at = rfc3339_ns("2026-11-22T16:56:10Z")
        events += chirpstack(recorded["payload"].encode(), topic=recorded["topic"], at=at)
    kinds = [type(event).__name__ for event in events]
    assert (kinds.count("Uplink"), kinds.count("NetworkLog"), kinds.count("Join")) == (15, 1, 1)
    uplinks = [event for event in events if isinstance(event, Uplink)]
    assert all(event.time_source is TimeSource.NETWORK and not event.clock_rejected for event in uplinks)
    assert all(event.location == (51.2562, 7.1508, None) for event in uplinks)
    assert [event.counter for event in uplinks if event.device == EUI and event.port] == [0, 1, 3, 4, 5, 6, 7]
    levels = [m.value for event in uplinks for m in event.measured if m.quantity == "battery_level"]
    assert levels == [100.0, 78.74016]


@pytest.mark.shared
def test_gps_time_with_whole_seconds_is_the_events_time(shared, chirpstack):
    lines = (shared / "data/chirpstack/events_json.jsonl").read_text(encoding="utf-8").splitlines()
    recorded = next(r for r in map(json.loads, lines) if "timeSinceGpsEpoch" in r["payload"])
    at = rfc3339_ns("2026-11-22T16:56:10Z")
    [uplink] = chirpstack(recorded["payload"].encode(), topic=recorded["topic"], at=at)
    assert uplink.time == rfc3339_ns("2026-11-22T16:55:41Z")


def test_absent_defaults_of_older_versions(chirpstack):
    [uplink] = chirpstack({"deviceInfo": {"devEui": EUI}, "rxInfo": [{"gatewayId": "0016c001f153a14c"}]})
    assert (uplink.port, uplink.payload, uplink.counter, uplink.hints, uplink.tags) == (None, None, 0, (), {})
    assert uplink.radio == Radio(rssi=None, snr=0.0, gateway="0016c001f153a14c")


def test_defaults_written_out_are_the_same_as_absent_ones(chirpstack, up):
    for key in ("data", "fCnt", "fPort"):
        del up[key]
    assert chirpstack(up) == chirpstack({**up, "fCnt": 0, "fPort": 0, "confirmed": False, "data": ""})


def test_null_members_are_absent_ones(chirpstack, up):
    for key in ("object", "rxInfo", "txInfo", "joinServerContext", "data", "time"):
        up[key] = None
    up["deviceInfo"]["tags"] = None
    [uplink] = chirpstack(up)
    assert (uplink.payload, uplink.radio, uplink.time_source) == (None, None, TimeSource.RECEIVED)


@pytest.mark.parametrize("fraction", ["", ".5", ".123456", ".123456789"])
@pytest.mark.parametrize("zone", ["+00:00", "Z"])
def test_times_with_any_fraction_and_both_zone_spellings(chirpstack, up, fraction, zone):
    up["time"] = f"2026-11-22T17:00:04{fraction}{zone}"
    [uplink] = chirpstack(up)
    assert uplink.time == rfc3339_ns("2026-11-22T17:00:04Z") + int(fraction[1:].ljust(9, "0"))


def test_object_comes_along_with_data_and_without(chirpstack, up):
    up["object"] = {"temperature": 26.5, "nested": {"text": "äöü", "nothing": None, "list": [1.0, {"a": True}]}}
    [uplink] = chirpstack(up)
    assert (uplink.decoded, uplink.payload) == (up["object"], PAYLOAD)
    del up["data"]
    [uplink] = chirpstack(up)
    assert (uplink.decoded, uplink.payload) == (up["object"], None)


def test_an_end_to_end_encrypted_payload_is_never_given_to_a_decoder(chirpstack, rejected, up):
    up["joinServerContext"] = {"sessionKeyId": "01"}
    up["object"] = {"temperature": 4711}
    error = rejected(chirpstack, up)
    assert (error.reason, error.device) == (Reason.ENCRYPTED, EUI)
    known = error.uplink
    assert (known.payload, known.decoded, known.measured) == (None, None, ())
    assert (known.radio.rssi, known.counter, known.location) == (-57, 7, (51.2562, 7.1508, None))


def test_an_encrypted_uplink_without_payload_owes_nothing(chirpstack, up):
    up["joinServerContext"] = {"appSKey": {}}
    up["data"] = ""
    [uplink] = chirpstack(up)
    assert uplink.payload is None


def test_mac_only_uplinks_have_no_payload_but_radio(chirpstack, up):
    for change in ({"fPort": 0, "data": ""}, {"fPort": 2, "data": ""}, {"fPort": 0, "data": "AgME"}):
        [uplink] = chirpstack(up | change)
        assert uplink.payload is None
        assert uplink.radio is not None
    [uplink] = chirpstack(up | {"fPort": 0})
    assert uplink.port is None


@pytest.mark.parametrize(("port", "payload"), [(1, PAYLOAD), (223, PAYLOAD), (224, None), (255, None)])
def test_ports_above_223_are_reserved(chirpstack, up, port, payload):
    [uplink] = chirpstack(up | {"fPort": port})
    assert (uplink.port, uplink.payload) == (port, payload)


@pytest.mark.parametrize("port", [-1, 256, 70000])
def test_a_port_that_cannot_be_is_refused(chirpstack, rejected, up, port):
    assert rejected(chirpstack, up | {"fPort": port}).reason is Reason.ENVELOPE


def test_status_gives_battery_and_margin(chirpstack, up):
    status = {k: up[k] for k in ("deduplicationId", "time", "deviceInfo")} | {"margin": 10, "batteryLevel": 78.74016}
    [uplink] = chirpstack(status, "status")
    assert uplink.measured == (
        Measured("link_margin", 10.0, "dB"),
        Measured("external_power", 0.0, "1"),
        Measured("battery_level", 78.74016, "%", "status"),
    )
    assert (uplink.payload, uplink.port, uplink.time) == (None, None, rfc3339_ns("2026-11-22T17:00:04.123456Z"))


def test_status_of_a_device_that_cannot_measure_its_battery(chirpstack, up):
    status = {"deviceInfo": up["deviceInfo"], "batteryLevelUnavailable": True, "batteryLevel": 0.0}
    [uplink] = chirpstack(status, "status")
    assert Measured("battery_level", None, "%", "status") in uplink.measured
    status = {"deviceInfo": up["deviceInfo"], "externalPowerSource": True, "batteryLevel": 0}
    [uplink] = chirpstack(status, "status")
    assert {m.quantity: m.value for m in uplink.measured} == {"link_margin": 0.0, "external_power": 1.0}


def test_status_and_up_share_their_deduplication_id_and_both_count(chirpstack, up):
    status = {k: up[k] for k in ("deduplicationId", "time", "deviceInfo")} | {"margin": 1, "batteryLevel": 50}
    [first], [second] = chirpstack(status, "status"), chirpstack(up)
    assert first.dedup == second.dedup
    assert first.measured
    assert second.payload


def test_a_codec_failure_is_logged_and_joined_by_its_context(chirpstack, up):
    log = {
        "time": "2026-11-22T17:00:04.623369081+00:00",
        "deviceInfo": up["deviceInfo"],
        "level": "ERROR",
        "code": "UPLINK_CODEC",
        "description": "JS error",
        "context": {"deduplication_id": up["deduplicationId"]},
    }
    time = rfc3339_ns("2026-11-22T17:00:04.623369081Z")
    expected = NetworkLog(EUI, time, "ERROR", "UPLINK_CODEC", "JS error", up["deduplicationId"])
    assert chirpstack(log, "log") == [expected]


def test_log_enums_as_text_as_unknown_numbers_and_absent(chirpstack, up):
    [log] = chirpstack({"deviceInfo": up["deviceInfo"], "level": 7, "code": 99}, "log")
    assert (log.level, log.code) == ("7", "99")
    [log] = chirpstack({"deviceInfo": up["deviceInfo"]}, "log")
    assert (log.level, log.code, log.dedup) == ("INFO", "UNKNOWN", "")


def test_join_and_location(chirpstack, up):
    join = {"time": up["time"], "deviceInfo": up["deviceInfo"], "devAddr": "01739aa0"}
    assert chirpstack(join, "join") == [Join(EUI, rfc3339_ns("2026-11-22T17:00:04.123456Z"), "Döppersberg")]
    located = join | {
        "location": {"latitude": 51.3, "longitude": 7.2, "altitude": 200.0, "source": "GEO_RESOLVER_RSSI"}
    }
    [uplink] = chirpstack(located, "location")
    assert (uplink.location, uplink.measured, uplink.payload) == ((51.3, 7.2, 200.0), (), None)
    assert chirpstack(join, "location") == [Nothing("location unknown")]


@pytest.mark.parametrize("event", ["ack", "txack", "integration"])
def test_downlink_events_mean_nothing(chirpstack, event):
    assert chirpstack(b"\x00anything", event) == [Nothing(event)]


def test_an_event_of_an_unknown_kind_is_unsupported(chirpstack, rejected, up):
    assert rejected(chirpstack, up, "telemetry").reason is Reason.UNSUPPORTED


def test_wrong_clocks_of_gateways(chirpstack, up, now):
    server = rfc3339_ns("2026-11-22T17:00:04.2Z")
    for wrong in ("1980-01-06T00:00:11+00:00", "2012-01-01T00:00:00+00:00", "2031-01-01T00:00:00+00:00"):
        [uplink] = chirpstack(up | {"time": wrong})
        assert (uplink.time, uplink.time_source, uplink.clock_rejected) == (server, TimeSource.NETWORK, True)
        assert uplink.clock_gateway == "0016c001f153a14c"
    del up["rxInfo"][0]["nsTime"]
    [uplink] = chirpstack(up | {"time": "1980-01-06T00:00:11+00:00"})
    assert (uplink.time, uplink.time_source, uplink.clock_rejected) == (now, TimeSource.RECEIVED, True)


def test_the_clock_that_is_counted_is_that_of_the_gateway_with_gps_time(chirpstack, up):
    up["rxInfo"] = [
        {"gatewayId": "01", "nsTime": "2026-11-22T17:00:04Z", "snr": 9},
        {"gatewayId": "02", "timeSinceGpsEpoch": "11s", "snr": 1},
    ]
    [uplink] = chirpstack(up | {"time": "1980-01-06T00:00:11+00:00"})
    assert (uplink.clock_gateway, uplink.radio.gateway) == ("02", "01")


def test_backlog_of_a_broker_keeps_its_times(chirpstack, up, now):
    [late] = chirpstack(up, at=now + 3 * DAY)
    [live] = chirpstack(up)
    assert late == live


def test_a_retained_message_without_a_usable_time_is_old_state(chirpstack, up, now):
    [uplink] = chirpstack(up, retained=True)
    assert uplink.time_source is TimeSource.NETWORK
    assert chirpstack(up, retained=True, at=now + 30 * DAY) == [Nothing("retained without a time of its own")]


def test_the_best_gateway_is_the_one_with_the_highest_snr(chirpstack, up):
    up["rxInfo"] = [
        {"gatewayId": "a", "rssi": -80, "snr": 3.5},
        {"gatewayId": "b", "rssi": -95, "snr": 9.25},
        {"gatewayId": "c", "rssi": -90, "snr": 9.25},
        {"gatewayId": "d", "rssi": -10, "snr": "NaN"},
    ]
    [uplink] = chirpstack(up)
    assert (uplink.radio.gateway, uplink.radio.rssi, uplink.radio.snr) == ("c", -90, 9.25)


def test_not_a_number_as_text_is_no_snr(chirpstack, up):
    up["rxInfo"][0]["snr"] = "NaN"
    [uplink] = chirpstack(up)
    assert uplink.radio.snr is None


def test_fsk_has_no_spreading_factor(chirpstack, up):
    up["txInfo"] = {"modulation": {"fsk": {"datarate": 50000}}}
    [uplink] = chirpstack(up)
    assert uplink.radio.spreading_factor is None


def test_behind_a_relay_the_radio_is_the_link_to_the_relay(chirpstack, up):
    up["relayRxInfo"] = {"devEui": "00000000000000aa", "rssi": -101, "snr": -3, "dr": 3}
    [uplink] = chirpstack(up)
    assert uplink.radio == Radio(rssi=-101, snr=-3, gateway="00000000000000aa")


@pytest.mark.parametrize(
    ("tags", "location"),
    [
        ({"latitude": "51,2562", "longitude": "7,1508"}, (51.2562, 7.1508, None)),
        ({"lat": "51.2562", "lng": "7.1508", "alt": "160"}, (51.2562, 7.1508, 160.0)),
        ({"lat": "51.2562"}, None),
        ({"lat": "0", "lon": "0"}, None),
        ({"lat": "91", "lon": "7"}, None),
        ({"lat": "Rathaus", "lon": "7"}, None),
        ({"lat": "nan", "lon": "7"}, None),
    ],
)
def test_a_device_is_placed_by_its_tags(chirpstack, up, tags, location):
    up["deviceInfo"]["tags"] = tags
    [uplink] = chirpstack(up)
    assert uplink.location == location


def test_hints_without_tag_or_profile(chirpstack, up):
    up["deviceInfo"]["tags"] = {}
    [uplink] = chirpstack(up)
    assert uplink.hints == ("profile:Dragino LHT65N",)


def test_control_characters_are_taken_out_of_names(chirpstack, up):
    up["deviceInfo"]["deviceName"] = "Dach\u0000 \u202e7"
    up["deviceInfo"]["tags"] = {"ort\u0000": "a\nb"}
    [uplink] = chirpstack(up)
    assert (uplink.name, uplink.tags) == ("Dach 7", {"ort": "ab"})


def test_the_dev_eui_is_lower_case_and_agrees_with_the_topic(chirpstack, rejected, up):
    up["deviceInfo"]["devEui"] = EUI.upper()
    [uplink] = chirpstack(up)
    assert uplink.device == EUI
    up["deviceInfo"]["devEui"] = "a840410000000002"
    error = rejected(chirpstack, up)
    assert (error.reason, error.device) == (Reason.ENVELOPE, "a840410000000002")


@pytest.mark.parametrize("eui", ["", "a84041", "a84041000000000g", "a8-40-41-00-00-00-00", None, 5])
def test_what_is_no_dev_eui_is_refused(chirpstack, rejected, up, eui):
    up["deviceInfo"]["devEui"] = eui
    assert rejected(chirpstack, up, topic="?event=up").reason is Reason.ENVELOPE


def test_over_http_the_event_stands_in_the_query(chirpstack, up):
    assert chirpstack(up, topic="?event=up") == chirpstack(up, topic="/wuppertal?x=1&event=up") == chirpstack(up)
    assert chirpstack(b"", topic="?event=ack") == [Nothing("ack")]


def test_a_template_of_the_operators_own(chirpstack, up):
    for template in ("stadt/{event}/{dev_eui}", "stadt/{{event}}/{{dev_eui}}"):
        assert chirpstack(up, topic=f"stadt/up/{EUI}", template=template) == chirpstack(up)
    assert chirpstack(up, topic="x/up", template="{anything}/{event}") == chirpstack(up)
    assert chirpstack(up, topic=f"a.b/{EUI}-up", template="a.b/{dev_eui}-{event}") == chirpstack(up)


def test_a_topic_outside_the_template_is_unsupported(chirpstack, rejected, up):
    for topic in ("eu868/gateway/0016c001f153a14c/event/up", "", "application/x/device/nonsense/event/up"):
        assert rejected(chirpstack, up, topic=topic).reason is Reason.UNSUPPORTED


def test_the_downlink_commands_of_others_mean_nothing(chirpstack):
    assert chirpstack(b"{}", topic=f"application/x/device/{EUI}/command/down") == [Nothing("command")]


def test_a_template_without_event_is_refused_at_start():
    with pytest.raises(ConfigError, match="event"):
        compile_template("application/{dev_eui}")


@pytest.mark.parametrize("data", ["!!!!", "YQ", "YQ=", "Y Q==", "-_8=", "YQ==YQ==", "=", "ä"])
def test_wrong_base64_is_refused(chirpstack, rejected, up, data):
    error = rejected(chirpstack, up | {"data": data})
    assert error.reason is Reason.ENVELOPE
    assert "data" in error.detail
    assert data not in error.detail or data == "="


def test_base64_gives_every_byte_back(chirpstack, up):
    for payload in (bytes(range(256)), b"\xff" * 242, b"\x00"):
        [uplink] = chirpstack(up | {"data": base64.b64encode(payload).decode()})
        assert uplink.payload == payload


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"{}",
        b'{"deviceInfo":{}}',
        b"{\x00}",
        b"",
        b'{"deviceInfo":{"devEui":"a840410000000001"},"fCnt":NaN}',
        b'{"deviceInfo":{"devEui":"a840410000000001"},"fCnt":"7"}',
        b'{"deviceInfo":{"devEui":"a840410000000001"},"object":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
        b'{"deviceInfo":{"devEui":"a840410000000001"},"x":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b"}",
        b'{"deviceInfo":{"devEui":"a840410000000001","deviceName":"\xff"}}',
        b'{"deviceInfo":{"devEui":"a840410000000001","deviceName":"\\ud800"}}',
        b'{"deviceInfo":{"devEui":"a840410000000001"},"object":1e999}',
        b'{"deviceInfo":{"devEui":"a840410000000001"},"time":"yesterday"}',
        b'{"applicationID":"1","devEUI":"qEBBAAAAAAE=","data":"YQ=="}',  # ChirpStack v3
        b"{" + b" " * (5 << 20) + b"}",
    ],
)
def test_malformed_bodies_are_refused(chirpstack, rejected, body):
    assert rejected(chirpstack, body).reason is Reason.ENVELOPE


def test_a_rejection_tells_where_and_not_what(chirpstack, rejected, up):
    up["deviceInfo"]["tags"] = {"geheim": 4711}
    error = rejected(chirpstack, up)
    assert "$.deviceInfo.tags" in error.detail
    assert "4711" not in error.detail


def test_duplicate_keys_and_tags_in_any_order_are_fine(chirpstack, up):
    body = json.dumps(up)[:-1] + ',"fPort":5}'
    [uplink] = chirpstack(body.encode())
    assert uplink.port == 5
    up["deviceInfo"]["tags"] = dict(reversed(up["deviceInfo"]["tags"].items()))
    assert chirpstack(up)[0].tags == {"decoder": "dragino-lht65n", "lat": "51.2562", "lon": "7.1508"}


def test_json_alone_does_not_load_the_protobuf_classes():
    code = "import sys, gateway.envelopes; sys.exit(any(m.startswith(('google', 'chirpstack_api', 'grpc')) for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_parsing_is_a_function_of_the_message_alone(up):
    parse = parser(SourceBase(format="chirpstack"), PipelineSettings())
    message = Received("cs", "?event=up", json.dumps(up).encode(), rfc3339_ns("2026-11-22T17:00:05Z"))
    assert parse(message) == parse(message)


def test_a_device_is_known_by_what_its_latest_message_says(up, chirpstack):
    """What `deviceInfo` says is remembered, and must not outlive a change in it."""
    for name in ("Mast 7", "Mast 8", "Mast 7"):
        up["deviceInfo"]["deviceName"] = name
        assert chirpstack(up)[0].name == name
    up["deviceInfo"]["tags"] = {"note": "x" * 5000, "decoder": "dragino-lht65"}
    assert "tag:dragino-lht65" in chirpstack(up)[0].hints


def test_what_is_wrong_in_a_description_is_said_with_its_place(up, chirpstack):
    for wrong, words in ((None, r"Expected `object`.*\$\.deviceInfo"), ({"tags": {}}, r"devEui.*\$\.deviceInfo")):
        with pytest.raises(RejectedError, match=words):
            chirpstack(up | {"deviceInfo": wrong})
