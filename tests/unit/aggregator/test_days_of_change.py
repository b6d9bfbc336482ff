"""The days on which clocks change, over HTTP: 23 and 25 hours with labels that differ; and pages while data arrive."""

from __future__ import annotations

import csv
import io
import sys
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from math import log10
from pathlib import Path

import httpx
import pytest
from prometheus_client import CollectorRegistry

sys.path.insert(0, str(Path(__file__).parent))
from conftest import HOUR, Facts, S, town

from gateway.aggregation.calendar import DayBasis, midnight
from gateway.aggregator.query import Figures
from gateway.api.app import create_app
from gateway.api.blocking import Blocking
from gateway.api.routes.aggregates import aggregates_router

CHANGES = {
    date(2026, 3, 29): 23, date(2026, 10, 25): 25, date(2027, 3, 28): 23, date(2027, 10, 31): 25,
}  # fmt: skip
NOW = midnight(date(2027, 12, 1), DayBasis.UTC)
DAY = timedelta(days=1)


class City:
    """Three sites with data around each change: rain of 0.5 mm in ten minutes, counting hours as temperature."""

    def __init__(self, folder: Path) -> None:
        self.town = town(folder, Facts())
        self.town.now = NOW
        for day in CHANGES:
            start, stop = midnight(day - 2 * DAY, DayBasis.BERLIN), midnight(day + 3 * DAY, DayBasis.BERLIN)
            first = midnight(day, DayBasis.BERLIN)
            self.town.write(*[
                (f"d{n}", quantity, at, value)
                for at in range(start, stop, 600 * S) for n in range(3)
                for quantity, value in (
                    ("precipitation", 0.5), ("air_temperature", float((at - first) // HOUR)), ("sound_level_a_eq", 60.0),
                )
            ])  # fmt: skip
        self.town.engine.work()
        figures = Figures(self.town.engine, self.town.engine._reading, lateness=24 * HOUR, clock=lambda: NOW)
        router = aggregates_router(figures, Blocking(), lambda: NOW)
        self.app = create_app(checks={}, registry=CollectorRegistry(), routers=[router], clock=lambda: NOW)


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    made = City(tmp_path_factory.mktemp("change"))
    yield made
    made.town.results.close()
    made.town.store.close()


@pytest.fixture
async def client(city):
    transport = httpx.ASGITransport(app=city.app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield client


async def ask(client, day, **more):
    asked = {"area": "quartier:00", "from": f"{day}", "to": f"{day + DAY}", "day_basis": "berlin"} | more
    answer = await client.get("/v1/aggregates", params=asked)
    assert answer.status_code == 200, answer.text
    return answer


@pytest.mark.parametrize(("day", "hours"), CHANGES.items())
async def test_a_civil_day_has_its_hours_and_every_label_is_another_one(client, day, hours):
    rows = (await ask(client, day, quantity="precipitation", period="hour")).json()["data"]
    labels = [row["period_start_local"] for row in rows]
    assert len(rows) == len(set(labels)) == hours
    assert all(one["period_end"] == other["period_start"] for one, other in pairwise(rows))
    twice = [label for label in labels if label[11:13] == "02"]
    assert [label[19:] for label in twice] == ([] if hours == 23 else ["+02:00", "+01:00"])
    (whole,) = (await ask(client, day, quantity="precipitation", period="day")).json()["data"]
    assert whole["value"] == pytest.approx(sum(row["value"] for row in rows)) == pytest.approx(3.0 * hours)
    assert (whole["coverage"], whole["bound"], whole["period_start_local"][:10]) == (1, None, f"{day}")
    german = (await ask(client, day, quantity="precipitation", period="hour", format="csv")).content
    table = list(csv.DictReader(io.StringIO(german.decode("utf-8-sig")), delimiter=";"))
    assert german.startswith("\ufeff".encode())
    assert len({row["beginn_iso"] for row in table}) == hours
    assert {row["wert"] for row in table} == {"3"}
    assert len({row["beginn"] for row in table}) == min(hours, 24)


@pytest.mark.parametrize("basis", ["mez", "utc"])
@pytest.mark.parametrize("day", CHANGES)
async def test_other_days_always_have_24_hours(client, day, basis):
    (whole,) = (await ask(client, day, quantity="precipitation", period="day", day_basis=basis)).json()["data"]
    start, stop = (datetime.fromisoformat(whole[name]) for name in ("period_start", "period_end"))
    assert stop - start == DAY
    assert start == datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=basis == "mez")
    assert whole["value"] == pytest.approx(72.0)


@pytest.mark.parametrize(("day", "hours"), CHANGES.items())
async def test_a_profile_of_the_day_has_the_hours_that_it_had(client, day, hours):
    rows = (await ask(client, day, quantity="air_temperature", period="hour_of_day")).json()["data"]
    found = {row["key"]: row["value"] for row in rows}
    expected = {0: 0.0, 1: 1.0} | {hour: hour + hours - 24.0 for hour in range(3, 24)}
    assert found == (expected if hours == 23 else expected | {2: 2.5})  # hours 2 and 3 since midnight
    assert all(row["coverage"] == 1 for row in rows)


@pytest.mark.parametrize(("day", "hours"), CHANGES.items())
async def test_the_night_before_has_an_hour_more_or_less(client, day, hours):
    evening = day - DAY
    asked = {"indicator": "lden,lnight", "area": "quartier:00", "from": f"{evening}", "to": f"{day}"}
    rows = {row["indicator"]: row for row in (await client.get("/v1/indicators", params=asked)).json()["data"]}
    night = hours - 24 + 8
    assert rows["lnight"]["value"] == pytest.approx(60)
    energy = (12 * 10**6 + 4 * 10**6.5 + night * 10**7) / (16 + night)
    assert rows["lden"]["value"] == pytest.approx(10 * log10(energy), abs=1e-9)


@pytest.mark.parametrize(("gone", "status"), [(6, "ok"), (7, "insufficient_coverage")])
async def test_the_long_day_needs_19_of_its_25_hours(city, client, gone, status):
    # The probe of another quantity is silent for so many hours of the morning.
    day = date(2026, 10, 25)
    start, stop = midnight(day, DayBasis.BERLIN), midnight(day + DAY, DayBasis.BERLIN)
    quantity = {6: "pm10", 7: "pm2_5"}[gone]
    city.town.write(*[("d0", quantity, at, 20.0) for at in range(start + gone * HOUR, stop, 600 * S)])
    city.town.engine.work()
    (row,) = (await ask(client, day, quantity=quantity, period="day")).json()["data"]
    assert row["status"] == status
    assert row["coverage"] == pytest.approx((25 - gone) / 25)


async def test_pages_lose_and_repeat_nothing_while_data_arrive(city, client):
    asked = {"quantity": "air_temperature,precipitation", "level": "quartier", "period": "hour", "from": "2027-03-27",
             "to": "2027-03-29", "limit": "37"}  # fmt: skip
    whole = (await client.get("/v1/aggregates", params=asked | {"limit": "10000"})).json()["data"]
    names = [(row["period_start"], row["area_id"], row["quantity"]) for row in whole]
    found, url, at = [], str(httpx.URL("/v1/aggregates", params=asked)), midnight(date(2027, 3, 27), DayBasis.BERLIN)
    while url:
        body = (await client.get(url)).json()
        found += [(row["period_start"], row["area_id"], row["quantity"]) for row in body["data"]]
        url = body["next"]
        # Late values everywhere, before and behind what has been read.
        city.town.write(*[(f"d{n}", "air_temperature", at + 300 * S, 99.0) for n in range(3)])
        city.town.engine.work()
        at += 3 * HOUR
    assert found == names
    assert len(set(found)) == len(found) == 47 * 6
