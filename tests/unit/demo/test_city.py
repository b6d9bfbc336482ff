"""The demo's devices: every Quartier has some, every kind is there, and every payload says what was measured."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from decoders import registry
from gateway.demo import signals
from gateway.demo.catalogue import KINDS, Kind
from gateway.demo.city import City
from gateway.demo.messages import Payloads
from gateway.demo.weather import DAY
from gateway.quantities import QUANTITIES

BEGUN = 1_790_000_000.0


@pytest.fixture(scope="module")
def city() -> City:
    return City(BEGUN, 30)


def test_about_400_devices_over_all_69_quartiere(city: City) -> None:
    assert 380 <= len(city.devices) <= 460
    assert len({device.id for device in city.devices}) == len(city.devices)
    assert len({device.place.number for device in city.devices}) == 69
    climate = {device.place.number for device in city.devices if device.kind.use == "climate"}
    assert len(climate) == 69


def test_both_dialects_of_lorawan_and_plain_mqtt_carry_a_good_part_each(city: City) -> None:
    networks = Counter(device.kind.network for device in city.devices)
    assert networks["chirpstack"] > 100
    assert networks["tts"] > 100
    assert networks["plain"] > 40


def test_every_kind_hangs_somewhere(city: City) -> None:
    assert {device.kind for device in city.devices} == set(KINDS)


def test_parking_is_spread_so_that_permits_can_be_compared(city: City) -> None:
    bays = {device.place.number for device in city.devices if device.kind.use == "bay"}
    assert len(bays) >= 40


def test_places_of_one_device_do_not_change_with_the_days_that_are_asked_for(city: City) -> None:
    other = City(BEGUN, 3)
    assert [device.id for device in other.devices] == [device.id for device in city.devices]


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind.decoder], ids=lambda kind: f"{kind.decoder}-{kind.network}"
)
def test_payloads_read_as_what_was_measured(city: City, kind: Kind) -> None:
    decoder = registry.by_id(kind.decoder)
    assert decoder is not None
    device = next(device for device in city.devices if device.kind is kind)
    payloads = Payloads()
    for _, t in device.times(city.storm - DAY, city.storm + DAY):
        values = city.values(device, t)
        read = {
            reading.quantity + (f"@{reading.channel}" if reading.channel else ""): reading.value
            for reading in decoder.decode(payloads.write(kind.decoder, values, kind.port), kind.port).readings
        }
        for name, value in values.items():
            said = read[name]
            assert said is not None
            assert said == pytest.approx(value, rel=0.02, abs=0.55), name


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.use}-{kind.decoder}")
def test_counters_and_states_are_known_quantities(kind: Kind, city: City) -> None:
    if not kind.decoder:
        return
    device = next(device for device in city.devices if device.kind is kind)
    assert all(name.partition("@")[0] in QUANTITIES for name in city.values(device, city.begun))


def test_water_meters_roll_over_within_the_month(city: City) -> None:
    meters = [device for device in city.devices if device.kind.use == "water"]
    rolled = 0
    for device in meters:
        readings = [city.values(device, t)["water_volume"] for _, t in device.times(city.ago(1), city.begun)]
        drops = sum(later < earlier for earlier, later in pairwise(readings))
        assert drops <= 3
        assert all(0 <= reading < device.kind.modulus * 1000 for reading in readings)
        rolled += bool(drops)
    assert rolled >= len(meters) // 2


def test_meters_never_run_backwards_and_days_differ() -> None:
    for name in ("a", "b", "c", "d"):
        readings = [signals.used(name, BEGUN + quarter * 900, 100.0) for quarter in range(20 * 96)]
        assert all(later > earlier for earlier, later in pairwise(readings))
        days = [later - earlier for earlier, later in pairwise(readings[::96])]
        assert max(days) > 1.05 * min(days)
