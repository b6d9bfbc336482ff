"""Every published value, from the registry and the stored observations to the HTTP answer, against the definitions."""

from __future__ import annotations

import csv
import io
from contextlib import asynccontextmanager
from datetime import datetime
from math import isclose

import httpx
import pytest

from tests.reference.hours import HOUR, Fact, Hung, Obs, S, World, kind_of
from tests.reference.product import product
from tests.reference.values import EPOCH, LEAST, answers, bound, local
from tests.reference.worlds import PARENT, QUANTITIES, QUARTIERE, SITES, areas_of, world

AREAS = sorted({*QUARTIERE, *PARENT.values()})
STATS = ("value", "mean", "median", "min", "max", "sd", "lowest", "highest", "concentration")
EXACT = ("status", "n_sites", "n_sites_valid", "n_obs", "qc_excluded", "panel", "sensor_class")
DAY = 24 * HOUR


@asynccontextmanager
async def asked(app):
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield client


async def rows_of(client, **parameters):
    """All pages of an answer."""
    url, given, rows = "/v1/aggregates", {"area": ",".join(AREAS), "limit": "10000"} | parameters, []
    while url:
        answer = await client.get(url, params=given)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        rows, url, given = rows + body["data"], body["next"], None
    return rows


def iso(t):
    return local(t, "utc").strftime("%Y-%m-%dT%H:%M:%SZ")


def ns(text):
    return int((datetime.fromisoformat(text) - EPOCH).total_seconds()) * S


def same(kind, stat, said, right):
    if said is None or right is None:
        return said is right
    if kind == "circular" and stat == "value":
        return abs((said - right + 180) % 360 - 180) < 1e-6
    return isclose(said, right, rel_tol=1e-9, abs_tol=1e-9)


def differences(rows, made, quantity, period, basis, start, stop, **choices):
    """What differs between rows of one quantity and the definitions, and how many members agree."""
    said, agreed, wrong, kind = {}, 0, [], kind_of(quantity)
    for row in rows:
        window = ns(row["period_start"]), ns(row["period_end"])
        said.setdefault((row["area_id"], window, row["key"]), {})[row["stat"]] = row
    right = {
        (area, *name): value
        for area in AREAS
        for name, value in answers(made, quantity, area, period, basis, start, stop, **choices).items()
    }
    wrong += [("row", name, name in said) for name in said.keys() ^ right.keys()]
    for name in said.keys() & right.keys():
        value = right[name]
        for stat, row in said[name].items():
            checks = [(member, row[member], value[member], row[member] == value[member]) for member in EXACT]
            checks.append((stat, row["value"], value[stat], same(kind, stat, row["value"], value[stat])))
            checks.append(
                (
                    "coverage",
                    row["coverage"],
                    value["coverage"],
                    same(kind, "", row["coverage"], float(value["coverage"])),
                )
            )
            if not 0 < 1 - value["coverage"] < 1e-12:
                limit = bound(kind, stat, value["coverage"], value[stat])
                checks.append((f"bound of {stat}", row["bound"], limit, row["bound"] == limit))
            wrong += [(quantity, period, basis, name, *check[:3]) for check in checks if not check[3]]
            agreed += sum(check[3] for check in checks)
    return wrong, agreed


async def compare(client, made, quantities, period, basis, start, stop, parameters=None, **choices):
    rows = await rows_of(
        client, quantity=",".join(quantities), stat=",".join(STATS), period=period, day_basis=basis,
        **{"from": iso(start), "to": iso(stop)}, **(parameters or {}),
    )  # fmt: skip
    total = 0
    for quantity in quantities:
        mine = [row for row in rows if row["quantity"] == quantity]
        wrong, agreed = differences(mine, made, quantity, period, basis, start, stop, **choices)
        assert not wrong, f"{len(wrong)} differ, {agreed} agree, the first: {wrong[:3]}"
        total += agreed
    return total


@pytest.mark.parametrize("seed", range(5))
async def test_every_value_is_the_one_the_definitions_give(seed, tmp_path):
    made, start, stop = world(seed)
    basis = ("berlin", "mez", "utc")[seed % 3]
    with product(made, seed, tmp_path) as app:
        async with asked(app) as client:
            quantities = [*QUANTITIES, "wind_speed"]
            assert await compare(client, made, quantities, "hour", basis, start - 3 * HOUR, stop + 3 * HOUR) > 2000
            await compare(client, made, ["bicycle_count"], "hour", basis, start + 5 * HOUR, start + 12 * HOUR)
            for period, around in (("day", 2), ("week", 7), ("month", 31)):
                await compare(client, made, quantities, period, basis, start - around * DAY, stop + DAY)
            profile = ("hour_of_day", "hour_of_week")[seed % 2]
            await compare(client, made, quantities, profile, basis, start, stop)


async def test_other_flags_and_capture_rules(tmp_path):
    made, start, stop = world(7)
    with product(made, 7, tmp_path) as app:
        async with asked(app) as client:
            for used in ((1,), (1, 2, 3)):
                said = {"qc": ",".join(map(str, used))}
                await compare(client, made, QUANTITIES, "hour", "utc", start, stop, said, used=used)
            dwd = LEAST | {"day": 0.875}
            await compare(
                client, made, ["air_temperature"], "day", "utc", start - DAY, stop, {"capture": "dwd"}, least=dwd
            )


async def test_quarters_and_years_need_85_in_100_days(tmp_path):
    begin = 1_767_225_600 * S  # 2026-01-01T00:00Z
    made = World(areas_of={site: areas_of(*point) for site, point in SITES.items()})
    for site, days in (("in0", 366), ("in1", 310)):
        made.hung.append(Hung(device=site, site=site))
        made.facts.append(Fact(device=site, attribute="expected", value=3600.0))
        made.obs += [Obs(device=site, channel="", quantity="pm10", t=begin + hour * HOUR, v=hour % 97 / 7, flag=1)
                     for hour in range(-24, days * 24)]  # fmt: skip
    with product(made, 1, tmp_path) as app:
        async with asked(app) as client:
            for period in ("quarter", "year"):
                for basis in ("berlin", "utc"):
                    await compare(client, made, ["pm10"], period, basis, begin - DAY, begin + 366 * DAY)


async def test_csv_says_the_same(tmp_path):
    made, start, stop = world(3, hours=12, quantities=QUANTITIES[:4])
    with product(made, 3, tmp_path) as app:
        async with asked(app) as client:
            given = {"quantity": ",".join(QUANTITIES[:4]), "stat": ",".join(STATS), "area": ",".join(AREAS), "period": "hour",
                     "from": iso(start), "to": iso(stop)}  # fmt: skip
            rows = await rows_of(client, **given)
            for dialect in ("rfc", "de"):
                text = (
                    await client.get("/v1/aggregates", params=given | {"format": "csv", "dialect": dialect})
                ).content.decode("utf-8-sig")
                table = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if dialect == "de" else ","))
                column = {"rfc": "value", "de": "wert"}[dialect]
                numbers = [float(line[column].replace(",", ".")) if line[column] else None for line in table]
                assert numbers == [row["value"] for row in rows]
