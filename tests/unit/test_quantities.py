"""The vocabulary and its units: what analysts and decoders rely on."""

from __future__ import annotations

from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.quantities import QUANTITIES, Kind, UnitError, convert
from gateway.units import SPELLINGS, conversion


@pytest.mark.parametrize(
    ("value", "unit", "quantity", "expected"),
    [
        (10, "[ppb]", "no2", 19.13),  # 293 K, 101.3 kPa: 1.913 ug/m3 for each ppb
        (10, "ppb", "o3", 19.96),
        (1, "[ppm]", "co", 1.165),
        (5, "[ppm]", "no2", 9565.0),
        (2345, "mV", "battery_voltage", 2.345),
        (212, "[degF]", "air_temperature", 100.0),
        (0, "K", "air_temperature", -273.15),
        (0.55, "1", "relative_humidity", 55.0),
        (1013.25, "mbar", "air_pressure", 1013.25),
        (101325, "Pa", "air_pressure", 1013.25),
        (36, "km/h", "wind_speed", 10.0),
        (12, "L/m2", "precipitation", 12.0),
        (1234, "L", "water_volume", 1.234),
        (3600, "kJ", "energy", 1.0),
        (1, "[g]", "acceleration_x", 9.80665),
        (25, "µg/m³", "pm2_5", 25.0),  # U+00B5
        (25, "μg/m³", "pm2_5", 25.0),  # U+03BC
    ],
)
def test_units_become_canonical(value: float, unit: str, quantity: str, expected: float) -> None:
    assert isclose(convert(value, unit, quantity), expected, rel_tol=1e-12)


def test_an_integer_in_a_decimal_subunit_is_the_correctly_rounded_number() -> None:
    assert all(convert(n, "mV", "battery_voltage") == float(f"{n / 1000:.3f}") for n in range(5000))


@pytest.mark.parametrize(("unit", "quantity"), [("mV", "air_temperature"), ("ppb", "pm10"), ("furlong", "distance")])
def test_a_unit_of_another_dimension_is_refused_with_both_names(unit: str, quantity: str) -> None:
    with pytest.raises(UnitError, match=quantity):
        convert(1, unit, quantity)


def test_an_unknown_quantity_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        convert(1, "", "phlogiston")


def test_minimum_vocabulary_is_there_with_unit_and_kind() -> None:
    minimum = {
        "air_temperature": ("Cel", Kind.STATE),
        "soil_water_tension": ("kPa", Kind.STATE),
        "electrical_conductivity": ("dS/m", Kind.STATE),
        "pm2_5": ("ug/m3", Kind.STATE),
        "no2": ("ug/m3", Kind.STATE),
        "co": ("mg/m3", Kind.STATE),
        "sound_level_a_eq": ("dB(A)", Kind.LOGARITHMIC),
        "sound_level_a_max": ("dB(A)", Kind.EXTREME_MAX),
        "wind_from_direction": ("deg", Kind.CIRCULAR),
        "precipitation": ("mm", Kind.INCREMENT),
        "people_count": ("1", Kind.COUNT),
        "occupancy": ("1", Kind.OCCUPANCY),
        "water_level": ("m", Kind.LEVEL),
        "energy": ("kW.h", Kind.ACCUMULATOR),
        "contact": ("1", Kind.CATEGORICAL),
        "latitude": ("deg", Kind.POSITION),
        "battery_voltage": ("V", Kind.TECHNICAL),
    }
    assert {name: (QUANTITIES[name].unit, QUANTITIES[name].kind) for name in minimum} == minimum


def test_ids_carry_no_unit_and_no_statistic_and_every_quantity_has_both_labels() -> None:
    for name, row in QUANTITIES.items():
        assert name == row.id
        assert name.isidentifier()
        assert name == name.lower()
        assert row.de
        assert row.en
        assert row.bounds[0] <= row.bounds[1]


def test_a_direction_of_360_degrees_is_not_possible_but_0_is() -> None:
    direction = QUANTITIES["wind_from_direction"]
    assert direction.possible(0)
    assert direction.possible(359.99)
    assert not direction.possible(360)


@given(st.sampled_from(sorted(QUANTITIES)), st.floats(-1e6, 1e6))
def test_the_canonical_unit_leaves_a_value_as_it_is(quantity: str, value: float) -> None:
    assert convert(value, QUANTITIES[quantity].unit, quantity) == value
    assert convert(value, "", quantity) == value


@given(st.sampled_from(sorted(SPELLINGS)), st.sampled_from(sorted({row.unit for row in QUANTITIES.values()})))
def test_conversions_keep_the_order_of_values(spelling: str, unit: str) -> None:
    found = conversion(spelling, unit)
    assert found is None or found(1.0) < found(2.0)
