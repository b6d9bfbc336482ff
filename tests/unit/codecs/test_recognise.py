"""Keys and units that codecs use; nothing is guessed from a value."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.codecs.keys import KEYS, UNIT_ENDS
from gateway.codecs.recognise import leaves, recognise
from gateway.quantities import QUANTITIES, converter


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"temperature": 21.5}, ("air_temperature", 21.5, "Cel", "")),
        ({"TempC_SHT": "27.2"}, ("air_temperature", 27.2, "Cel", "")),
        ({"Hum_SHT": 60}, ("relative_humidity", 60, "%", "")),
        ({"temperature_f": 70}, ("air_temperature", 70, "[degF]", "")),
        ({"temp2": 4}, ("air_temperature", 4, "Cel", "2")),
        ({"air_temperature": {"value": 3, "displayName": "x", "unit": "°C"}}, ("air_temperature", 3, "Cel", "")),
        ({"barometric_pressure": {"value": 98000, "unit": "Pa"}}, ("air_pressure", 98000, "Pa", "")),
        ({"batteryVoltage": 3612, "batteryVoltageUnit": "mV"}, ("battery_voltage", 3612, "mV", "")),
        ({"battery_mv": 3000}, ("battery_voltage", 3000, "mV", "")),
        ({"BatV": 3.1}, ("battery_voltage", 3.1, "V", "")),
        ({"distance_mm": 1500}, ("distance", 1500, "mm", "")),
        ({"distance": 15, "distance_unit": "cm"}, ("distance", 15, "cm", "")),
        ({"PM2.5": 7}, ("pm2_5", 7, "ug/m3", "")),
        ({"CO2_ppm": 400}, ("co2", 400, "[ppm]", "")),
        ({"NO2_ppb": 12}, ("no2", 12, "[ppb]", "")),
        ({"door": "open"}, ("contact", 1, "1", "")),
        ({"leak": False}, ("leak", 0, "1", "")),
        ({"soil": {"temperature": 9}}, ("soil_temperature", 9, "Cel", "")),
        ({"probe1": {"temperature": 9}}, ("air_temperature", 9, "Cel", "probe1")),
        ({"ch": [{"humidity": 50}]}, ("relative_humidity", 50, "%", "ch_1")),
        ({"data": {"decoded": {"humidity": 50}}}, ("relative_humidity", 50, "%", "")),
    ],
)
def test_known_keys(data, expected):
    found = recognise(data)
    assert [r[:4] for r in found.readings] == [expected]
    assert found.unmapped == ()


@pytest.mark.parametrize(
    "data",
    [{"battery": 3.6}, {"distance": 1500}, {"pressure": 1013}, {"status": 1}, {"temperature": {"value": 1, "unit": "kg"}},
     {"flow": 3}, {"x": 1}],
)  # fmt: skip
def test_what_could_mean_several_things_is_reported(data):
    assert recognise(data).readings == ()
    assert recognise(data).unmapped == tuple(data)


def test_history_carries_its_times():
    found = recognise(
        {
            "temperature": 5,
            "history": [
                {"timestamp": 1_780_000_000, "temperature": 4},
                {"time": "2026-06-01T10:00:00+02:00", "temperature": 3},
            ],
        }
    )
    assert [(r.value, r.channel, r.time) for r in found.readings] == [
        (5, "", None), (4, "history", 1_780_000_000 * 10**9), (3, "history", 1_780_300_800 * 10**9)]  # fmt: skip


def test_two_keys_for_one_thing_are_not_both_taken():
    found = recognise({"temperature": 5, "temp": 6})
    assert [r.value for r in found.readings] == [5]
    assert found.unmapped == ("temp",)


def test_words_are_numbers_only_where_they_can_be_meant():
    assert recognise({"temperature": "open", "humidity": True, "co2": "n/a", "motion": "yes"}).readings[0][:2] == (
        "motion",
        1,
    )
    assert len(recognise({"temperature": "open", "humidity": True, "co2": "n/a", "motion": "yes"}).readings) == 1


def test_the_table_fits_the_vocabulary():
    for key, (quantity, unit, _) in KEYS.items():
        assert key == key.lower()
        assert quantity in QUANTITIES
        if unit is not None:
            converter(quantity, unit)
    assert all(UNIT_ENDS)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.text(max_size=20)
    | st.sampled_from(["open", "21,5", "1e999"]),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.text(max_size=12) | st.sampled_from(sorted(KEYS)), inner, max_size=5)
    ),
    max_leaves=30,
)


@given(JSON)
def test_anything_json_like_is_read_or_left(data):
    found = recognise(data)
    for reading in found.readings:
        assert reading.value == reading.value
        assert abs(reading.value) != float("inf")
        converter(reading.quantity, reading.unit)


def test_what_is_read_is_bounded():
    wide = {f"k{n}": {f"j{m}": 1.0 for m in range(100)} for n in range(100)}
    assert len(list(leaves(wide))) == 500
    assert len(recognise(wide).unmapped) == 50
    deep = {}
    for _ in range(5000):
        deep = {"a": deep}
    assert recognise(deep).readings == ()


@pytest.mark.shared
def test_most_of_what_vendors_codecs_say_is_recognised(shared):
    """Without any mapping; the rest are answers to settings, or values whose unit only the manual says."""
    rows = [json.loads(line) for line in (shared / "data" / "vectors" / "city.jsonl").read_text().splitlines()]
    rows = [row for row in rows if row["data"]]
    assert sum(bool(recognise(row["data"]).readings) for row in rows) / len(rows) > 0.6
