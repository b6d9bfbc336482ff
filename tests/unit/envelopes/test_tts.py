"""The Things Stack v3: every trap of its wire format."""

from __future__ import annotations

import json

import pytest

from gateway.envelopes.clock import rfc3339_ns
from gateway.model import SECOND_NS, Join, Measured, Nothing, Radio, Reason, TimeSource, Uplink

EUI = "a840410000000001"
PAYLOAD = bytes.fromhex("cbf60b0d0376010add7fff")
DAY = 86400 * SECOND_NS
TIME = rfc3339_ns("2026-11-22T17:00:04.123456789Z")


def test_an_uplink(tts, tts_up):
    assert tts(tts_up) == [
        Uplink(
            device=EUI,
            time=TIME,
            time_source=TimeSource.NETWORK,
            port=2,
            payload=PAYLOAD,
            hints=("tts:dragino/lht65@1.8", "tts:dragino/lht65"),
            name="lht65-doeppersberg",
            dedup="AX+A/17",
            counter=17,
            radio=Radio(rssi=-57, snr=9.5, spreading_factor=7, airtime=0.056576, gateway="0016c001f153a14c"),
            location=(51.2562, 7.1508, 160.0),
        )
    ]


@pytest.mark.shared
def test_every_sample_of_the_stacks_own_marshaller_is_understood(shared, tts, rejected):
    samples = [json.loads(line) for line in (shared / "data/tts/events.jsonl").read_text(encoding="utf-8").splitlines()]
    told = []
    for sample in samples:
        body = sample["payload"].encode()
        if b"app_s_key" in body:
            told.append(rejected(tts, body, sample["topic"]).reason)
        else:
            [event] = tts(body, sample["topic"])
            told.append(type(event))
            assert getattr(event, "device", EUI) == EUI
    assert told == [
        Uplink,
        Uplink,
        Uplink,
        Reason.ENCRYPTED,
        Uplink,
        Uplink,
        Uplink,
        Uplink,
        Join,
        Uplink,
        *[Nothing] * 3,
    ]


def test_absent_counter_and_port_are_zero(tts, tts_up):
    del tts_up["uplink_message"]["f_cnt"]
    [uplink] = tts(tts_up)
    assert (uplink.counter, uplink.dedup) == (0, "AX+A/0")
    del tts_up["uplink_message"]["f_port"]
    [uplink] = tts(tts_up)
    assert (uplink.port, uplink.payload) == (None, None)


def test_an_uplink_without_payload_owes_nothing(tts, tts_up):
    del tts_up["uplink_message"]["frm_payload"]
    [uplink] = tts(tts_up)
    assert (uplink.payload, uplink.measured, uplink.radio.rssi) == (None, (), -57)


def test_ports_above_223_are_reserved(tts, tts_up, rejected):
    tts_up["uplink_message"]["f_port"] = 224
    assert tts(tts_up)[0].payload is None
    tts_up["uplink_message"]["f_port"] = 256
    assert rejected(tts, tts_up).reason is Reason.ENVELOPE


def test_64_bit_integers_as_text_do_no_harm(tts, tts_up):
    tts_up["uplink_message"]["settings"]["frequency"] = "18446744073709551615"
    tts_up["uplink_message"]["rx_metadata"][0]["fine_timestamp"] = "123456789"
    assert tts(tts_up)


def test_a_payload_that_is_not_decrypted_is_never_given_to_a_decoder(tts, tts_up, rejected):
    tts_up["uplink_message"] |= {
        "app_s_key": {"kek_label": "x", "encrypted_key": "AQI="},
        "decoded_payload": {"t": 4711},
        "normalized_payload": [{"air": {"temperature": 4711}}],
    }
    error = rejected(tts, tts_up)
    assert (error.reason, error.device) == (Reason.ENCRYPTED, EUI)
    assert (error.uplink.payload, error.uplink.decoded, error.uplink.measured) == (None, None, ())
    assert error.uplink.radio.rssi == -57


def test_simulated_traffic_is_marked(tts, tts_up):
    tts_up["simulated"] = True
    assert tts(tts_up)[0].simulated is True
    located = {"end_device_ids": tts_up["end_device_ids"], "simulated": True}
    assert tts(located | {"location_solved": {"location": {"latitude": 51, "longitude": 7}}})[0].simulated is True


def test_the_concentrators_counter_is_no_clock(tts, tts_up):
    tts_up["uplink_message"]["rx_metadata"][0] |= {"timestamp": 4294967295, "time": "1980-01-06T00:00:00Z"}
    assert tts(tts_up)[0].time == TIME


def test_the_networks_time_is_received_at_within_bounds(tts, tts_up, now):
    del tts_up["uplink_message"]["received_at"]
    assert tts(tts_up)[0].time == rfc3339_ns("2026-11-22T17:00:04.2Z")
    tts_up["received_at"] = "2036-11-22T17:00:04.2Z"
    [uplink] = tts(tts_up)
    assert (uplink.time, uplink.time_source, uplink.clock_rejected) == (now, TimeSource.RECEIVED, True)
    del tts_up["received_at"]
    [uplink] = tts(tts_up)
    assert (uplink.time, uplink.time_source, uplink.clock_rejected) == (now, TimeSource.RECEIVED, False)


def test_lines_of_the_storage_integration_keep_their_time_however_long_the_outage(tts, tts_up, now):
    [uplink] = tts({"result": tts_up}, "storage/uplink_message", at=now + 30 * DAY)
    assert (uplink.time, uplink.time_source, uplink.clock_rejected) == (TIME, TimeSource.NETWORK, False)
    [live] = tts(tts_up)
    assert uplink == live
    tts_up["uplink_message"]["received_at"] = "2036-11-22T17:00:04.2Z"
    [uplink] = tts({"result": tts_up})
    assert (uplink.time, uplink.clock_rejected) == (now, True)


def test_the_storages_error_is_no_uplink(tts, rejected):
    assert rejected(tts, {"error": {"code": 7}}).reason is Reason.ENVELOPE
    assert rejected(tts, {"result": {"end_device_ids": {"dev_eui": EUI}}}).reason is Reason.UNSUPPORTED


def test_a_webhook_is_known_by_its_body(tts, tts_up):
    assert tts(tts_up, "") == tts(tts_up, "/anything?x=1") == tts(tts_up)


def test_join(tts, tts_up):
    body = {k: tts_up[k] for k in ("end_device_ids", "received_at")} | {"join_accept": {"session_key_id": "AX8="}}
    assert tts(body) == [Join(EUI, rfc3339_ns("2026-11-22T17:00:04.2Z"), "lht65-doeppersberg")]


def test_location_solved(tts, tts_up):
    body = {k: tts_up[k] for k in ("end_device_ids", "received_at")}
    place = {"latitude": 51.2562, "longitude": 7.1508, "altitude": 160, "source": "SOURCE_REGISTRY"}
    [uplink] = tts(body | {"location_solved": {"service": "geo", "location": place}})
    assert (uplink.location, uplink.payload, uplink.measured) == ((51.2562, 7.1508, 160.0), None, ())
    assert tts(body | {"location_solved": {}}) == [Nothing("location unknown")]


@pytest.mark.parametrize(
    "member", ["service_data", "downlink_ack", "downlink_nack", "downlink_sent", "downlink_failed", "downlink_queued"]
)
def test_downlink_events_and_service_data_mean_nothing(tts, tts_up, member):
    assert tts({"end_device_ids": tts_up["end_device_ids"], member: {"x": 1}}) == [Nothing(member)]


def test_a_device_without_dev_eui_is_named_by_application_and_id(tts, tts_up):
    del tts_up["end_device_ids"]["dev_eui"]
    assert tts(tts_up)[0].device == "umwelt/lht65-doeppersberg"


@pytest.mark.parametrize("ids", [{}, {"dev_eui": "A84"}, {"device_id": "x"}, {"dev_eui": "A84041000000000Z"}])
def test_a_message_that_names_no_device_is_refused(tts, tts_up, rejected, ids):
    tts_up["end_device_ids"] = ids
    assert rejected(tts, tts_up).reason is Reason.ENVELOPE


def test_hints_by_attribute_and_unknown_versions(tts, tts_up):
    tts_up["uplink_message"]["attributes"] = {"decoder": "dragino-lht65n", "ort": "Dach"}
    tts_up["uplink_message"]["version_ids"]["firmware_version"] = "_unknown_fw_version_"
    [uplink] = tts(tts_up)
    assert uplink.hints == ("tag:dragino-lht65n", "tts:dragino/lht65")
    assert uplink.tags == {"decoder": "dragino-lht65n", "ort": "Dach"}
    del tts_up["uplink_message"]["version_ids"]
    assert tts(tts_up)[0].hints == ("tag:dragino-lht65n",)


def test_the_user_places_a_device_before_its_payload(tts, tts_up):
    where = {
        "frm-payload": {"latitude": 50, "longitude": 6},
        "user": {"latitude": 51, "longitude": 7},
        "a": {"latitude": 1, "longitude": 1},
    }
    for name, expected in (("user", (51.0, 7.0, None)), ("frm-payload", (50.0, 6.0, None)), ("a", (1.0, 1.0, None))):
        tts_up["uplink_message"]["locations"] = where
        assert tts(tts_up)[0].location == expected
        del where[name]


def test_another_networks_gateway_through_packet_broker(tts, tts_up):
    tts_up["uplink_message"]["rx_metadata"] = [
        {"gateway_ids": {"gateway_id": "packetbroker"}, "packet_broker": {"message_id": "m"}, "rssi": -110, "snr": -3},
        {"gateway_ids": {"gateway_id": "rathaus"}, "rssi": -120, "snr": -3},
    ]
    radio = tts(tts_up)[0].radio
    assert (radio.gateway, radio.rssi, radio.snr) == ("packetbroker", -110, -3)


def test_a_normalised_payload_is_measured(tts, tts_up):
    tts_up["uplink_message"]["normalized_payload"] = [
        {
            "battery": 3.062,
            "air": {"temperature": 28.29, "relativeHumidity": 88.6, "pressure": 1003, "co2": 500, "lightIntensity": 7,
                    "location": "outdoor"},
            "soil": {"depth": 10, "moisture": 30, "temperature": 8.5, "ec": 0.2, "pH": 6.5},
            "wind": {"speed": 3.5, "direction": 270},
            "rain": {"intensity": 0.5, "cumulative": 12},
            "water": {"leak": False, "temperature": {"current": 9}},
            "metering": {"water": {"total": 1234}},
            "action": {"motion": {"detected": True, "count": 4}, "contactState": "open"},
        }
    ]  # fmt: skip
    [uplink] = tts(tts_up)
    assert {(m.quantity, m.channel): (m.value, m.unit) for m in uplink.measured} == {
        ("battery_voltage", ""): (3.062, "V"),
        ("air_temperature", ""): (28.29, "Cel"),
        ("relative_humidity", ""): (88.6, "%"),
        ("air_pressure", ""): (1003.0, "hPa"),
        ("co2", ""): (500.0, "[ppm]"),
        ("illuminance", ""): (7.0, "lx"),
        ("soil_moisture", "10cm"): (30.0, "%"),
        ("soil_temperature", "10cm"): (8.5, "Cel"),
        ("electrical_conductivity", "10cm"): (0.2, "dS/m"),
        ("ph", "10cm"): (6.5, "[pH]"),
        ("wind_speed", ""): (3.5, "m/s"),
        ("wind_from_direction", ""): (270.0, "deg"),
        ("rain_rate", ""): (0.5, "mm/h"),
        ("precipitation_total", ""): (12.0, "mm"),
        ("leak", ""): (0.0, "1"),
        ("water_temperature", ""): (9.0, "Cel"),
        ("water_volume", ""): (1234.0, "L"),
        ("motion", ""): (1.0, "1"),
        ("motion_count", ""): (4.0, "1"),
        ("contact", ""): (1.0, "1"),
    }
    assert uplink.problems == ()


def test_the_normalised_copy_says_the_same_once_more(tts, tts_up):
    """Same device, payload, time and values: whatever the store makes of the first it makes of the second."""
    message = tts_up["uplink_message"]
    message["normalized_payload"] = [{"air": {"temperature": 28.29}}]
    [first] = tts(tts_up)
    copy = {k: v for k, v in tts_up.items() if k != "uplink_message"}
    copy["uplink_normalized"] = message | {"normalized_payload": {"air": {"temperature": 28.29}}}
    [second] = tts(copy, "v3/umwelt@ttn/devices/lht65-doeppersberg/up/normalized")
    assert first == second
    assert first.measured == (Measured("air_temperature", 28.29, "Cel"),)
    assert first.payload == PAYLOAD


def test_several_measurements_have_their_own_times_or_channels(tts, tts_up):
    tts_up["uplink_message"]["normalized_payload"] = [
        {"time": "2026-11-22T16:00:00Z", "air": {"temperature": 1}},
        {"time": "2026-11-22T16:30:00Z", "air": {"temperature": 2}},
        {"air": {"temperature": 3}},
        {"air": {"temperature": 4}},
    ]
    [uplink] = tts(tts_up)
    assert uplink.measured == (
        Measured("air_temperature", 1.0, "Cel", "", rfc3339_ns("2026-11-22T16:00:00Z")),
        Measured("air_temperature", 2.0, "Cel", "", rfc3339_ns("2026-11-22T16:30:00Z")),
        Measured("air_temperature", 3.0, "Cel"),
        Measured("air_temperature", 4.0, "Cel", "#3"),
    )


def test_one_bad_measurement_leaves_the_good_ones(tts, tts_up):
    tts_up["uplink_message"]["normalized_payload"] = [
        "x",
        {"time": "yesterday", "air": {"temperature": 1}},
        {"air": {"temperature": "geheim", "co2": None}, "neues": {"feld": 3}},
    ]
    [uplink] = tts(tts_up)
    assert uplink.measured == (Measured("co2", None, "[ppm]"), Measured("neues_feld", 3.0))
    assert uplink.problems == (
        "normalized_payload[0] is no object",
        "normalized_payload[1].time is no RFC 3339 time",
        "normalized_payload[2].air.temperature is no number",
    )


def test_a_retained_message_without_a_usable_time_is_old_state(tts, tts_up, now):
    assert tts(tts_up, retained=True)[0].time == TIME
    assert tts(tts_up, retained=True, at=now + 30 * DAY) == [Nothing("retained without a time of its own")]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"{}", b"null", b"\x00", b'{"uplink_message":{}}', b'{"end_device_ids":{"dev_eui":5}}',
        b'{"end_device_ids":{"dev_eui":"A840410000000001"},"uplink_message":{"frm_payload":"!"}}',
        b'{"end_device_ids":{"dev_eui":"A840410000000001"},"uplink_message":{"received_at":"x"}}',
        b'{"end_device_ids":{"dev_eui":"A840410000000001"},"uplink_message":{"decoded_payload":' + b"[" * 10_000 + b"]" * 10_000 + b"}}",
        b'{"result":' * 10_000 + b"1" + b"}" * 10_000,
        b'{"end_device_ids":{"device_id":"a\\u0000","application_ids":{"application_id":"b"}},"join_accept":{}}',
    ],
)  # fmt: skip
def test_malformed_bodies_are_refused(tts, rejected, body):
    assert rejected(tts, body).reason is Reason.ENVELOPE


def test_a_message_of_an_unknown_kind_is_unsupported(tts, tts_up, rejected):
    assert rejected(tts, {"end_device_ids": tts_up["end_device_ids"], "uplink_x": {}}).reason is Reason.UNSUPPORTED
