"""SenML (RFC 8428) in JSON and CBOR. The packs named "RFC" are the RFC's own examples (sections 5.1 and 6)."""

from __future__ import annotations

import json

import cbor2
import pytest

from gateway.config import ConfigError, PipelineSettings, PlainMapping, SourceBase
from gateway.envelopes import parser
from gateway.envelopes.clock import rfc3339_ns
from gateway.model import SECOND_NS, Measured, Nothing, Reason, TimeSource

LABELS = {"bver": -1, "bn": -2, "bt": -3, "bu": -4, "bv": -5, "bs": -6, "n": 0, "u": 1, "v": 2, "vs": 3, "vb": 4, "s": 5,
          "t": 6, "ut": 7, "vd": 8}  # fmt: skip
FIELDS = {"fields": [{"path": "voltage", "quantity": "voltage"}, {"path": "current", "quantity": "current"}]}


def as_cbor(pack):
    return cbor2.dumps([{LABELS.get(k, k): v for k, v in record.items()} for record in pack])


def test_rfc_single_data_point(senml, now):
    pack = [{"n": "urn:dev:ow:10e2073a01080063", "u": "Cel", "v": 23.1}]
    [uplink] = senml(pack, mapping={"fields": [{"path": "", "quantity": "air_temperature"}]})
    assert uplink.device == "urn:dev:ow:10e2073a01080063"
    assert uplink.measured == (Measured("air_temperature", 23.1, "Cel"),)
    assert (uplink.time, uplink.time_source) == (now, TimeSource.RECEIVED)


def test_rfc_multiple_data_points(senml):
    at = 1276020076
    pack = [
        {
            "bn": "urn:dev:ow:10e2073a0108006:",
            "bt": at + 0.001,
            "bu": "A",
            "bver": 5,
            "n": "voltage",
            "u": "V",
            "v": 120.1,
        },
        *[{"n": "current", "t": t, "v": v} for t, v in ((-5, 1.2), (-4, 1.3), (-3, 1.4), (-2, 1.5), (-1, 1.6))],
        {"n": "current", "v": 1.7},
    ]
    received = (at + 1) * SECOND_NS
    [uplink] = senml(pack, mapping=FIELDS, at=received)
    base = at * SECOND_NS + 1_000_000
    assert uplink.device == "urn:dev:ow:10e2073a0108006"
    assert uplink.measured == (
        Measured("voltage", 120.1, "V", "", base),
        *[
            Measured("current", v, "A", "", base + t * SECOND_NS)
            for t, v in ((-5, 1.2), (-4, 1.3), (-3, 1.4), (-2, 1.5), (-1, 1.6), (0, 1.7))
        ],
    )
    assert (uplink.time, uplink.time_source) == (base, TimeSource.PAYLOAD)


def test_rfc_relative_times_count_from_the_time_of_receipt(senml, now):
    pack = [
        {"bn": "urn:dev:ow:10e2073a01080063/", "bu": "%RH", "n": "relative_humidity", "v": 20},
        {"n": "relative_humidity", "t": -60, "v": 20.3},
    ]
    [uplink] = senml(pack)
    assert uplink.measured == (
        Measured("relative_humidity", 20.0, "%"),
        Measured("relative_humidity", 20.3, "%", "", now - 60 * SECOND_NS),
    )
    assert uplink.time == now


def test_times_below_2_to_the_28_are_relative_and_others_absolute(senml, now):
    name = {"n": "d/pm10", "v": 1}
    [uplink] = senml([name | {"t": (1 << 28) - 1}, name | {"t": 1 << 28}])
    assert [m.time for m in uplink.measured] == [now + ((1 << 28) - 1) * SECOND_NS, (1 << 28) * SECOND_NS]


def test_base_time_and_time_are_added_before_that_is_decided(senml, now):
    [uplink] = senml([{"bt": -100, "n": "d/pm10", "t": 40, "v": 1}])
    assert uplink.time == now - 60 * SECOND_NS
    [uplink] = senml([{"bt": 1795366800, "n": "d/pm10", "t": -0.25, "v": 1}])
    assert (uplink.time, uplink.measured[0].time) == (1795366799_750000000, None)


def test_base_values_and_sums_are_added_as_decimals(senml):
    [uplink] = senml(
        [{"bn": "d/", "bv": 20.1, "bs": 100.1, "n": "pm10", "v": 0.2}, {"n": "pm2_5", "v": -20.1, "s": 0.2}]
    )
    assert [(m.quantity, m.value) for m in uplink.measured] == [
        ("pm10", 20.3), ("pm10_sum", 100.1), ("pm2_5", 0.0), ("pm2_5_sum", 100.3),
    ]  # fmt: skip


def test_a_base_value_alone_is_a_value(senml):
    [uplink] = senml([{"bn": "d/", "bv": 7, "n": "pm10"}])
    assert uplink.measured == (Measured("pm10", 7.0),)


def test_base_fields_hold_until_they_are_given_again(senml):
    [a, b] = senml(
        [{"bn": "a/", "bu": "Cel", "n": "air_temperature", "v": 1}, {"bn": "b/", "n": "air_temperature", "v": 2}]
    )
    assert (a.device, b.device, b.measured) == ("a", "b", (Measured("air_temperature", 2.0, "Cel"),))


def test_a_sum_is_a_quantity_of_its_own(senml):
    mapping = {"fields": [{"path": "power", "quantity": "power"}, {"path": "power:sum", "quantity": "energy"}]}
    [uplink] = senml(
        [{"bn": "zaehler-1/", "n": "power", "u": "kW", "v": 1.5}, {"n": "power", "u": "kWh", "s": 4711.5}],
        mapping=mapping,
    )
    assert uplink.measured == (Measured("power", 1.5, "kW"), Measured("energy", 4711.5, "kW.h"))


def test_booleans_and_text(senml):
    pack = [
        {"bn": "d/", "n": "contact", "vb": True},
        {"n": "leak", "vb": False},
        {"n": "ort", "vs": "Dach"},
        {"n": "x", "vd": "aGk"},
    ]
    [uplink] = senml(pack)
    assert uplink.measured == (Measured("contact", 1.0), Measured("leak", 0.0))
    assert uplink.decoded == {"ort": "Dach"}
    [uplink] = senml([{"n": "d/pm10", "vs": "21,5"}], mapping={"fields": [{"path": "pm10"}]})
    assert uplink.measured == (Measured("pm10", 21.5),)
    assert senml([{"n": "d/ort", "vs": "Dach"}]) == [Nothing("text values only")]


@pytest.mark.parametrize(
    ("unit", "ucum", "value"),
    [("Cel", "Cel", 2.0), ("%RH", "%", 2.0), ("/", "1", 2.0), ("ppm", "[ppm]", 2.0), ("kWh", "kW.h", 2.0), ("pH", "[pH]", 2.0), ("dBm", "dB[mW]", 2.0),
     ("C", "A.s", 2.0), ("hPa", "hPa", 2.0), ("Bspl", "dB[SPL]", 20.0), ("ug/m3", "ug/m3", 2.0), ("furlong", "furlong", 2.0)],
)  # fmt: skip
def test_units_become_ucum(senml, unit, ucum, value):
    [uplink] = senml([{"n": "d/x", "u": unit, "v": 2}])
    assert uplink.measured == (Measured("x", value, ucum),)


def test_positions_are_named_by_their_units(senml):
    [uplink] = senml([{"bn": "bus-7/", "n": "a", "u": "lat", "v": 51.25}, {"n": "b", "u": "lon", "v": 7.15}])
    assert uplink.measured == (Measured("latitude", 51.25, "deg"), Measured("longitude", 7.15, "deg"))


def test_what_stands_between_device_and_name_is_the_channel(senml):
    [uplink] = senml([{"bn": "d/", "n": "keller/air_temperature", "u": "Cel", "v": 9}])
    assert uplink.measured == (Measured("air_temperature", 9.0, "Cel", "keller"),)


def test_names_without_a_device_take_it_from_the_topic(senml):
    [uplink] = senml([{"n": "air_temperature", "u": "Cel", "v": 9}], "stadt/s1")
    assert (uplink.device, uplink.measured[0].quantity) == ("s1", "air_temperature")
    [uplink] = senml([{"bn": "x/", "n": "pm10", "v": 9}], "stadt/s1", mapping={"device": "topic:-1"})
    assert (uplink.device, uplink.measured) == ("s1", (Measured("pm10", 9.0, "", "x"),))


def test_fields_give_quantity_unit_channel_and_missing(senml):
    field = {"path": "temp", "quantity": "air_temperature", "unit": "[degF]", "channel": "probe", "missing": [-999]}
    [uplink] = senml(
        [{"bn": "d/", "n": "temp", "v": 70}, {"n": "temp", "u": "Cel", "v": -999}], mapping={"fields": [field]}
    )
    assert uplink.measured == (
        Measured("air_temperature", 70.0, "[degF]", "probe"), Measured("air_temperature", None, "Cel", "probe"),
    )  # fmt: skip


PACK = [
    {"bn": "urn:dev:mac:0024befffe804ff1/", "bt": 1795366740.5, "bu": "Cel", "n": "air_temperature", "v": 23.1},
    {"n": "contact", "vb": True, "t": -10},
    {"n": "energy", "u": "kWh", "v": 18446744073709551615},
    {"n": "ort", "vs": "Dach"},
]


def test_cbor_says_the_same_as_json(senml):
    as_json = senml(PACK)
    assert senml(as_cbor(PACK)) == as_json
    assert senml(as_cbor(PACK), content_type="application/senml+cbor") == as_json
    assert senml(PACK, content_type="application/senml+json; charset=utf-8") == as_json
    assert senml(cbor2.dumps(PACK)) == as_json  # text labels
    assert senml(b"\xd9\xd9\xf7" + as_cbor(PACK)) == as_json  # self-described CBOR


def test_the_content_type_decides_before_the_first_byte(senml, rejected):
    assert rejected(senml, PACK, content_type="application/senml+cbor").reason is Reason.ENVELOPE
    assert rejected(senml, as_cbor(PACK), content_type="application/senml+json").reason is Reason.ENVELOPE
    assert rejected(senml, b"<sensml/>", content_type="application/senml+xml").reason is Reason.UNSUPPORTED


def test_cbor_decimal_fractions_and_half_floats(senml):
    pack = [{-2: "d/", 0: "pm10", 2: cbor2.CBORTag(4, [-1, 215])}]
    assert senml(cbor2.dumps(pack))[0].measured[0].value == 21.5
    assert senml(bytes.fromhex("81a20064642f706d02f94d60"))[0].measured[0].value == 21.5


def test_one_bad_record_leaves_the_good_ones(senml):
    pack = [
        {"bn": "d/", "n": "pm10", "v": "geheim"},
        5,
        {"n": "pm2_5", "v": 3},
        {"n": "x", "vb": 1},
        {"n": "y"},
        {"n": "z", "v": 1, "t": "x"},
    ]
    [uplink] = senml(pack)
    assert uplink.measured == (Measured("pm2_5", 3.0),)
    assert uplink.problems == (
        "record 0: v is no number", "record 1 is no object", "record 3: vb is no boolean", "record 4: no value",
        "record 5: t is no number",
    )  # fmt: skip


def test_a_field_that_must_be_understood_refuses_the_pack(senml, rejected):
    assert rejected(senml, [{"n": "d/x", "v": 1, "secret_": 2}]).reason is Reason.UNSUPPORTED
    assert senml([{"n": "d/x", "v": 1, "other": 2}])


def test_a_newer_version_is_unsupported(senml, rejected):
    assert rejected(senml, [{"bver": 11, "n": "d/x", "v": 1}]).reason is Reason.UNSUPPORTED


def test_retained_values_of_now_are_old_state(senml, now):
    assert senml([{"n": "d/pm10", "v": 1}], retained=True) == [Nothing("retained without a time of its own")]
    assert senml([{"n": "d/pm10", "v": 1, "t": 1795366740}], retained=True)[0].time == rfc3339_ns(
        "2026-11-22T16:59:00Z"
    )


def test_wrong_clocks(senml, rejected, now):
    [uplink] = senml([{"n": "d/pm10", "v": 1, "t": 1 << 28}])  # 1978
    assert (uplink.time, uplink.time_source, uplink.clock_rejected, uplink.measured[0].time) == (
        now,
        TimeSource.RECEIVED,
        True,
        None,
    )
    assert rejected(senml, [{"n": "d/pm10", "v": 1, "t": 1_500_000_000}]).reason is Reason.TIME


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[", b"[]", b"{}", b"5", b"[5]", b'[{"n":"d/x","v":NaN}]', b'[{"n":"d/x","v":1e999}]', b'[{"bn":5,"v":1}]', b'[{"bt":"x","n":"a","v":1}]',
        b'[{"v":1}]' * 2, b"[" * 10_000 + b"]" * 10_000, b"\x81" * 10_000, b"\x9f", b"\x81\xa1\x02\xfb\x7f\xf8\x00\x00\x00\x00\x00\x00",
        b"\xff" * 50, json.dumps([{"n": "d/x", "v": 1}] * 10_001).encode(), b'[{"n":"a\\u0000/x","v":1}]', b" " * (5 << 20), b"\x00",
        bytes.fromhex("81a2006378782f02c4821b000000ffffffffff01"), bytes.fromhex("d81c81d81d00"), b'[{"n":"d/x","v":1,"t":1e300}]',
    ],
)  # fmt: skip
def test_malformed_packs_are_refused(senml, rejected, body):
    assert rejected(senml, body, "").reason is Reason.ENVELOPE


def test_a_path_as_device_is_refused_at_start():
    with pytest.raises(ConfigError):
        parser(SourceBase(format="senml", mapping=PlainMapping(device="id")), PipelineSettings())
