"""Plain messages by a declarative mapping: what NB-IoT, LTE-M, 5G and Wi-Fi devices really send."""

from __future__ import annotations

import pytest

from gateway.config import ConfigError, PipelineSettings, PlainMapping, SourceBase
from gateway.envelopes import parser
from gateway.envelopes.clock import rfc3339_ns
from gateway.model import SECOND_NS, Measured, Nothing, Reason, TimeSource

DAY = 86400 * SECOND_NS
T = {"path": "t", "quantity": "air_temperature", "unit": "Cel"}
H = {"path": "h", "quantity": "relative_humidity", "unit": "1"}


def values(event):
    return {(m.quantity, m.channel): m.value for m in event.measured}


def test_an_object_with_configured_fields(plain, now):
    [uplink] = plain({"t": 21.5, "h": 0.45, "ignored": 7}, mapping={"fields": [T, H]})
    assert uplink.device == "sensor-1"
    assert (uplink.time, uplink.time_source) == (now, TimeSource.RECEIVED)
    assert uplink.measured == (Measured("air_temperature", 21.5, "Cel"), Measured("relative_humidity", 0.45, "1"))
    assert (uplink.payload, uplink.problems) == (None, ())


def test_nested_members_arrays_selectors_and_dotted_keys(plain):
    body = {
        "a": {"b": [{"v": 1}, {"v": 2}]},
        "sensordatavalues": [{"value_type": "SDS_P1", "value": "8.10"}, {"value_type": "SDS_P2", "value": "3.45"}],
        "air.temp": 4,
        "list": [10, 11],
    }
    mapping = {
        "fields": [
            {"path": "a.b[1].v", "quantity": "air_temperature"},
            {"path": "a.b.0.v", "quantity": "water_temperature"},
            {"path": "sensordatavalues[value_type=SDS_P1].value", "quantity": "pm10"},
            {"path": "sensordatavalues[value_type=SDS_P2].value", "quantity": "pm2_5"},
            {"path": "sensordatavalues[value_type=BME].value", "quantity": "air_pressure"},
            {"path": r"air\.temp", "quantity": "soil_temperature"},
            {"path": "list[-1]", "quantity": "co2"},
        ]
    }
    [uplink] = plain(body, mapping=mapping)
    assert [(m.quantity, m.value) for m in uplink.measured] == [
        ("air_temperature", 2.0), ("water_temperature", 1.0), ("pm10", 8.1), ("pm2_5", 3.45), ("soil_temperature", 4.0),
        ("co2", 11.0),
    ]  # fmt: skip


def test_a_field_without_quantity_is_named_by_its_last_key(plain):
    [uplink] = plain({"x": {"pm10": 4}}, mapping={"fields": [{"path": "x.pm10"}]})
    assert uplink.measured == (Measured("pm10", 4.0),)


def test_without_fields_every_canonical_key_is_taken_and_unknown_numbers_are_left_to_be_reported(plain):
    body = {
        "id": "pegel-7", "ts": 1795366800, "water_level": 1.42, "outer": {"air_temperature": "21,5"}, "pm10": None,
        "status": "ok", "note": "", "Other": 5, "new_thing": 3, "bad key": 1, "list": [1], "flag": True,
    }  # fmt: skip
    [uplink] = plain(body, mapping={"device": "id", "time": "ts"})
    assert uplink.device == "pegel-7"
    assert uplink.time == 1795366800 * SECOND_NS
    assert [(m.quantity, m.value) for m in uplink.measured] == [
        ("water_level", 1.42), ("air_temperature", 21.5), ("pm10", None), ("new_thing", 3.0), ("flag", 1.0),
    ]  # fmt: skip


def test_without_fields_a_quantity_that_stands_twice_gets_its_path_as_channel(plain):
    [uplink] = plain({"in": {"air_temperature": 20}, "out": {"air_temperature": 5}, "pm10": 1})
    assert values(uplink) == {("air_temperature", "in"): 20.0, ("air_temperature", "out"): 5.0, ("pm10", ""): 1.0}


def test_one_bad_value_leaves_the_others_of_its_object(plain):
    [uplink] = plain({"air_temperature": "kaputt", "pm10": 3})
    assert values(uplink) == {("pm10", ""): 3.0}
    assert uplink.problems == ("air_temperature: text that is no number",)


def test_null_is_a_missing_value(plain):
    [uplink] = plain({"t": None, "h": ""}, mapping={"fields": [T, H]})
    assert values(uplink) == {("air_temperature", ""): None, ("relative_humidity", ""): None}


def test_configured_sentinels_of_unused_probes_are_missing(plain):
    mapping = {"fields": [{**T, "missing": [4000000.0, -127]}]}
    for sentinel in (4000000.0, "4000000.0", -127):
        assert plain({"t": sentinel}, mapping=mapping)[0].measured[0].value is None
    assert plain({"t": 0}, mapping=mapping)[0].measured[0].value == 0.0


def test_values_as_text_with_decimal_comma_booleans_and_units(plain):
    mapping = {"fields": [T, {"path": "open", "quantity": "contact"}]}
    for text, expected in (("21,5", 21.5), ("21.5", 21.5), (" +21,50 ", 21.5), ("1.234,5", 1234.5), ("-4", -4.0)):
        assert plain({"t": text}, mapping=mapping)[0].measured[0].value == expected
    assert plain({"open": True}, mapping=mapping)[0].measured == (Measured("contact", 1.0),)
    assert plain({"open": "OFF"}, mapping=mapping)[0].measured == (Measured("contact", 0.0),)
    assert plain({"t": "70.7 °F"}, mapping=mapping)[0].measured == (Measured("air_temperature", 70.7, "°F"),)


def test_a_scalar_as_the_whole_body(plain):
    mapping = {"device": "topic:-2", "fields": [{"path": "", "quantity": "topic:-1"}]}
    bodies = {
        b"21.5": 21.5, b"21,5\r\n": 21.5, b'"21,5"': 21.5, "21,5 °C".encode(): 21.5, b"21,5 \xb0C": 21.5, b"null": None,
        b"true": 1.0, b"\xef\xbb\xbf21.5": 21.5,
    }  # fmt: skip
    for body, expected in bodies.items():
        [uplink] = plain(body, "stadt/s1/air_temperature", mapping=mapping)
        assert (uplink.device, values(uplink)) == ("s1", {("air_temperature", ""): expected})


@pytest.mark.parametrize(
    "body", [b"hallo", b"NaN", b"Infinity", b"1e999", b"21.5\x00", b"\x00", b"10.0.0.1", b"\xff\xfe", b"1" * 2000]
)
def test_a_scalar_that_is_no_number_is_refused(plain, rejected, body):
    assert rejected(plain, body, mapping={"fields": [{"path": "", "quantity": "pm10"}]}).reason is Reason.ENVELOPE


def test_the_device_from_topic_body_and_query(plain):
    for device, topic, expected in (
        ("topic:0", "stadt/s1/x", "stadt"),
        ("topic:-2", "stadt/s1/x", "s1"),
        ("topic:0", "/s1?id=q7", "s1"),
        ("query:id", "/s1?id=q7&x=%20", "q7"),
        ("id", "stadt/s1", "esp-12"),
    ):
        assert plain({"id": "esp-12", "t": 1}, topic, mapping={"device": device, "fields": [T]})[0].device == expected
    assert plain({"id": 867530, "t": 1}, mapping={"device": "id", "fields": [T]})[0].device == "867530"


@pytest.mark.parametrize("device", ["", "  ", None, True, 1.5, [], {}, "a\u0000b", "a\nb", "x" * 201])
def test_an_unusable_device_id_is_refused(plain, rejected, device):
    assert rejected(plain, {"id": device, "t": 1}, mapping={"device": "id", "fields": [T]}).reason is Reason.ENVELOPE
    assert rejected(plain, {"t": 1}, "", mapping={"fields": [T]}).reason is Reason.ENVELOPE


def test_an_array_of_objects_gives_an_uplink_for_each(plain):
    body = [
        {"id": "a", "ts": 1795366800, "t": 1},
        {"id": "a", "ts": 1795366860, "t": 2},
        {"id": "b", "ts": 1795366800, "t": 3},
    ]
    events = plain(body, mapping={"device": "id", "time": "ts", "fields": [T]})
    assert [(e.device, e.time // SECOND_NS, e.measured[0].value) for e in events] == [
        ("a", 1795366800, 1.0), ("a", 1795366860, 2.0), ("b", 1795366800, 3.0),
    ]  # fmt: skip


def test_items_in_an_object_take_device_and_time_from_around_them(plain):
    body = {
        "gw": {"id": "g1"},
        "at": "2026-11-22T16:00:00Z",
        "data": [{"t": 1}, {"t": 2, "at": "2026-11-22T16:05:00Z"}],
    }
    events = plain(body, mapping={"device": "gw.id", "time": "at", "items": "data", "fields": [T]})
    assert [(e.device, e.time) for e in events] == [
        ("g1", rfc3339_ns("2026-11-22T16:00:00Z")), ("g1", rfc3339_ns("2026-11-22T16:05:00Z")),
    ]  # fmt: skip


def test_one_bad_item_leaves_the_good_ones_and_is_reported(plain):
    body = [{"t": 1}, {"t": "geheim"}, 5, {"x": 1}, {"t": 2, "h": "kaputt"}]
    events = plain(body, mapping={"fields": [T, H]})
    assert [values(e) for e in events] == [{("air_temperature", ""): 1.0}, {("air_temperature", ""): 2.0}]
    assert events[0].problems == (
        "item 1: plain message: t: text that is no number",
        "item 2: plain message: none of the mapped members is in it",
        "item 3: plain message: none of the mapped members is in it",
    )
    assert events[1].problems == ("h: text that is no number",)


def test_hundreds_of_bad_items_are_counted_not_listed(plain):
    [uplink] = plain([{"t": 1}, *[{}] * 500], mapping={"fields": [T]})
    assert len(uplink.problems) == 21
    assert uplink.problems[-1] == "and 480 more"


def test_only_bad_items_reject_the_message(plain, rejected):
    error = rejected(plain, [{"t": "x"}, {"t": "y"}], mapping={"fields": [T]})
    assert (error.reason, error.device) == (Reason.ENVELOPE, "sensor-1")
    assert "1 more" in error.detail


def test_an_empty_array_means_nothing(plain):
    assert plain([], mapping={"fields": [T]}) == [Nothing("no items")]


def test_missing_items_and_too_many_items_are_refused(plain, rejected):
    assert rejected(plain, {"x": 1}, mapping={"items": "data", "fields": [T]}).reason is Reason.ENVELOPE
    assert "10001" in rejected(plain, [{}] * 10_001, mapping={"fields": [T]}).detail


def test_ngsi_ld_entities_have_a_time_for_each_attribute(plain):
    entity = {
        "id": "urn:ngsi-ld:AirQuality:1",
        "type": "AirQuality",
        "temperature": {"type": "Property", "value": 21.5, "unitCode": "CEL", "observedAt": "2026-11-22T16:59:00.5Z"},
        "no2": {"type": "Property", "value": 30, "unitCode": "GQ", "observedAt": "2026-05-01T12:00:00Z"},
        "pm10": {"type": "Property", "value": 12},
    }
    mapping = {
        "device": "id",
        "items": "data",
        "fields": [
            {"path": "temperature.value", "quantity": "air_temperature", "time": "temperature.observedAt", "unit_path": "temperature.unitCode"},
            {"path": "no2.value", "quantity": "no2", "time": "no2.observedAt", "unit_path": "no2.unitCode", "unit": "[ppb]"},
        ],
    }  # fmt: skip
    [uplink] = plain({"type": "Notification", "data": [entity]}, mapping=mapping)
    fresh, old = rfc3339_ns("2026-11-22T16:59:00.5Z"), rfc3339_ns("2026-05-01T12:00:00Z")
    assert uplink.measured == (
        Measured("air_temperature", 21.5, "Cel", "", fresh),
        Measured("no2", 30.0, "ug/m3", "", old),
    )
    assert (uplink.device, uplink.time, uplink.time_source) == ("urn:ngsi-ld:AirQuality:1", fresh, TimeSource.PAYLOAD)


def test_an_attribute_whose_own_time_cannot_be_read_is_left_out(plain):
    mapping = {"fields": [{**T, "time": "at"}, H]}
    [uplink] = plain({"t": 1, "h": 2, "at": "gestern"}, mapping=mapping)
    assert values(uplink) == {("relative_humidity", ""): 2.0}
    assert uplink.problems == ("t: at: no time of day",)


def test_channels_from_configuration_topic_and_body(plain):
    mapping = {"device": "topic:0", "fields": [{**T, "channel": "topic:1"}, {**H, "channel_path": "where"}]}
    [uplink] = plain({"t": 1, "h": 2, "where": "innen"}, "s1/probe", mapping=mapping)
    assert values(uplink) == {("air_temperature", "probe"): 1.0, ("relative_humidity", "innen"): 2.0}


def test_csv_lines(plain):
    mapping = {
        "device": "id", "time": "zeit", "time_zone": "Europe/Berlin", "csv_columns": ["id", "zeit", "t", "h"],
        "fields": [T, H],
    }  # fmt: skip
    body = (
        "id;zeit;t;h\r\n"
        "a;22.11.2026 17:30;21,5;0,45\r\n"
        "\r\n"
        "b;2026-11-22 17:31:30;-3,0;\r\n"
        "c;22.11.2026 17:32;4\r\n"
        '"d";"22.11.2026 17:33";"1.234,5";"0,1";\r\n'
    )
    events = plain(body.encode("latin-1"), mapping=mapping)
    assert [(e.device, e.time, [m.value for m in e.measured]) for e in events] == [
        ("a", rfc3339_ns("2026-11-22T16:30:00Z"), [21.5, 0.45]),
        ("b", rfc3339_ns("2026-11-22T16:31:30Z"), [-3.0, None]),
        ("d", rfc3339_ns("2026-11-22T16:33:00Z"), [1234.5, 0.1]),
    ]
    assert events[0].problems == ("item 2: plain message: 3 CSV cells instead of 4",)


def test_csv_that_is_none(plain, rejected):
    mapping = {"csv_columns": ["a", "t"], "fields": [T]}
    for body in (b"x" * 200_000, b"\x00\x01\xff", b'{"t": 1}', b'a;"' + b"y" * 200_000):
        assert rejected(plain, body, mapping=mapping).reason is Reason.ENVELOPE
    assert plain(b"\n\n", mapping=mapping) == [Nothing("no items")]


def test_form_fields(plain):
    [uplink] = plain(
        b"id=s7&t=21%2C5", mapping={"device": "id", "fields": [T]}, content_type="application/x-www-form-urlencoded"
    )
    assert (uplink.device, values(uplink)) == ("s7", {("air_temperature", ""): 21.5})


def test_the_messages_own_time_comes_first(plain, now):
    mapping = {"time": "at", "fields": [T]}
    [uplink] = plain({"t": 1, "at": 1795366740}, mapping=mapping)
    assert (uplink.time, uplink.time_source) == (1795366740 * SECOND_NS, TimeSource.PAYLOAD)
    [uplink] = plain({"t": 1}, mapping=mapping)
    assert (uplink.time, uplink.time_source, uplink.clock_rejected) == (now, TimeSource.RECEIVED, False)
    [uplink] = plain({"t": 1, "at": None}, mapping=mapping)
    assert uplink.time_source is TimeSource.RECEIVED


def test_a_device_clock_that_nobody_set_is_counted(plain, now):
    [uplink] = plain({"t": 1, "at": 12}, mapping={"time": "at", "fields": [T]})
    assert (uplink.time, uplink.time_source, uplink.clock_rejected) == (now, TimeSource.RECEIVED, True)


def test_the_last_value_of_a_sensor_silent_for_months_keeps_its_time(plain, rejected, now):
    mapping = {"time": "at", "fields": [T]}
    [uplink] = plain({"t": 1, "at": (now - 120 * DAY) // SECOND_NS}, mapping=mapping)
    assert uplink.time == (now - 120 * DAY) // SECOND_NS * SECOND_NS
    assert rejected(plain, {"t": 1, "at": (now - 800 * DAY) // SECOND_NS}, mapping=mapping).reason is Reason.TIME


def test_several_samples_never_share_our_time_for_wrong_clocks(plain, rejected):
    mapping = {"time": "at", "fields": [T]}
    [uplink] = plain([{"t": 1, "at": 1795366740}, {"t": 2, "at": 60}], mapping=mapping)
    assert uplink.problems == ("item 1: one of several samples carries a time out of bounds",)
    assert rejected(plain, [{"t": 1, "at": 30}, {"t": 2, "at": 60}], mapping=mapping).reason is Reason.TIME


def test_a_time_that_cannot_be_read_is_no_measurement(plain, rejected):
    error = rejected(plain, {"t": 1, "at": "geheim"}, mapping={"time": "at", "fields": [T]})
    assert error.reason is Reason.ENVELOPE
    assert "geheim" not in error.detail


def test_retained_messages_without_a_time_are_old_state(plain, now):
    mapping = {"time": "at", "fields": [T]}
    assert plain({"t": 1}, mapping=mapping, retained=True) == [Nothing("retained without a time of its own")]
    [uplink] = plain({"t": 1, "at": 1795366740}, mapping=mapping, retained=True)
    assert uplink.time == 1795366740 * SECOND_NS


def test_personal_identifiers_stay_visible_to_the_deny_list(plain):
    """The member that names the device is its own identifier and not given; what stands around it is."""
    body = {"imei": "867530000000000", "plate": "W-XY 1", "data": [{"t": 1, "bssid": "aa"}]}
    [uplink] = plain(body, mapping={"device": "imei", "items": "data", "fields": [T]})
    assert uplink.decoded == {"plate": "W-XY 1", "t": 1, "bssid": "aa"}


def test_64_bit_and_larger_integers(plain):
    [uplink] = plain(b'{"t": 9007199254740993, "h": 123456789012345678901234567890}', mapping={"fields": [T, H]})
    assert [m.value for m in uplink.measured] == [9007199254740992.0, 1.2345678901234568e29]


def test_numbers_are_kept_exactly(plain):
    for number in (0.1, 1e-7, 51.256213, -0.0, 1.7976931348623157e308, 5e-324):
        assert plain({"t": number}, mapping={"fields": [T]})[0].measured[0].value == number


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b'{"t":NaN}', b'{"t":Infinity}', b'{"t":1e999}', b'{"t":"NaN"}', b'{"t":"inf"}', b'{"t":[1]}', b'{"t":{}}',
        b'{"t":"1\x00"}', b'{"t":"1\\u0000"}', b"[" * 10_000, b"[" * 10_000 + b"]" * 10_000, b'{"t":' * 10_000 + b"1" + b"}" * 10_000,
        b'{"t":"\xff"}', b"{} {}", b'{"x":1}', b"{}", b"5", b"1" + b"0" * 400, b'{"t":1' + b"0" * 5000 + b"}", b" " * (5 << 20),
    ],
)  # fmt: skip
def test_malformed_bodies_are_refused(plain, rejected, body):
    assert rejected(plain, body, mapping={"fields": [T]}).reason is Reason.ENVELOPE


def test_duplicate_keys_are_fine(plain):
    assert plain(b'{"t":1,"t":2}', mapping={"fields": [T]})[0].measured[0].value == 2.0


@pytest.mark.parametrize(
    "mapping",
    [
        {"device": "topic:x"}, {"device": ""}, {"time": "a..b"}, {"items": "a["}, {"time_zone": "Mars/Olympus"}, {"time_zone": ""},
        {"fields": [{"path": "a."}]}, {"fields": [{"path": "a[]"}]}, {"fields": [{"path": "a[b]"}]}, {"fields": [{"path": ".a"}]},
        {"fields": [{"path": "a", "quantity": "topic:x"}]}, {"fields": [{"path": "a", "time": "]"}]},
    ],
)  # fmt: skip
def test_a_mapping_that_cannot_be_understood_is_refused_at_start(mapping):
    with pytest.raises(ConfigError):
        parser(SourceBase(format="plain", mapping=PlainMapping(**mapping)), PipelineSettings())
