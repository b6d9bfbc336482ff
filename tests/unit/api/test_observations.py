import csv
import io
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.formats.observations import csv_rows
from gateway.api.paging import fetch_page, key
from gateway.api.times import ZONES
from gateway.model import Observation

URL = "/v1/observations"
HOUR = 3600 * 10**9
NOON = 1_780_308_000 * 10**9  # 2026-06-01T10:00:00Z, noon in Wuppertal
JUNE = {"device": "d1", "from": "2026-06-01", "to": "2026-07-01"}


async def test_json_carries_what_was_asked_and_what_was_found(client, store):
    store.add(NOON, 21.5)
    store.add(NOON, None, channel="probe", flag=9)
    store.add(NOON + HOUR, 55.0, quantity="relative_humidity", flag=3)
    store.add(NOON, 99.0, device="other")
    response = await client.get(URL, params=JUNE)
    assert response.status_code == 200
    body = response.json()
    assert body["data"] == [
        {
            "time": "2026-06-01T10:00:00Z",
            "channel": "",
            "quantity": "air_temperature",
            "value": 21.5,
            "unit": "Cel",
            "flag": 1,
        },
        {
            "time": "2026-06-01T10:00:00Z",
            "channel": "probe",
            "quantity": "air_temperature",
            "value": None,
            "unit": "Cel",
            "flag": 9,
        },
        {
            "time": "2026-06-01T11:00:00Z",
            "channel": "",
            "quantity": "relative_humidity",
            "value": 55.0,
            "unit": "%",
            "flag": 3,
        },
    ]
    assert body["next"] is None
    meta = body["meta"]
    assert (meta["from"], meta["to"], meta["count"], meta["complete"]) == (
        "2026-05-31T22:00:00Z",
        "2026-06-30T22:00:00Z",
        3,
        True,
    )
    assert meta["units"] == {"air_temperature": "Cel", "relative_humidity": "%"}
    assert "link" not in response.headers


async def test_the_range_is_half_open(client, store):
    for time in (NOON - 1, NOON, NOON + HOUR - 1, NOON + HOUR):
        store.add(time)
    params = {"device": "d1", "from": "2026-06-01T10:00:00Z", "to": "2026-06-01T11:00:00Z"}
    body = (await client.get(URL, params=params)).json()
    assert [row["time"] for row in body["data"]] == ["2026-06-01T10:00:00Z", "2026-06-01T10:59:59.999999999Z"]


async def test_a_day_is_that_of_the_day_basis(client, store):
    await client.get(URL, params={**JUNE, "day_basis": "mez"})
    await client.get(URL, params={**JUNE, "day_basis": "utc"})
    (_, _, mez, _, _), (_, _, utc, _, _) = store.calls
    assert utc - mez == HOUR


async def test_an_open_range_is_the_last_day(client, store):
    body = (await client.get(URL, params={"device": "d1"})).json()
    assert (body["meta"]["from"], body["meta"]["to"]) == ("2027-01-14T08:00:00Z", "2027-01-15T08:00:00Z")


async def test_paging_by_next_gives_everything_once_also_while_rows_arrive(client, store):
    for number in range(10):
        for channel in ("", "1", "2"):
            store.add(
                NOON + number // 2,
                float(number),
                channel=channel,
                quantity=("air_temperature", "relative_humidity")[number % 2],
            )
    expected = [(row.time, row.channel, row.quantity) for row in sorted(store.rows, key=key)]
    found, url, pages = [], f"{URL}?device=d1&from=2026-06-01&to=2026-07-01&limit=4", 0
    while url:
        response = await client.get(url)
        body = response.json()
        assert len(body["data"]) <= 4
        found += [(row["time"], row["channel"], row["quantity"]) for row in body["data"]]
        url = body["next"]
        assert response.headers.get("link") == (f'<{url}>; rel="next"' if url else None)
        assert body["meta"]["complete"] == (url is None)
        if not pages:
            store.add(NOON - HOUR, 0.0)  # a late uplink before what was read moves nothing
        pages += 1
    assert len(found) == len(expected) == len(set(found))
    assert [(channel, quantity) for _, channel, quantity in found] == [
        (channel, quantity) for _, channel, quantity in expected
    ]
    assert pages == math.ceil(len(expected) / 4)


@given(st.data())
def test_pages_join_to_the_whole(data):
    times = data.draw(
        st.lists(st.tuples(st.integers(0, 5), st.sampled_from("abc"), st.sampled_from("xy")), unique=True, max_size=40)
    )
    limit = data.draw(st.integers(1, 7))

    class Rows:
        def observations(self, _device, _quantity, start, stop, *, limit):
            return [Observation("d", c, q, t, 1.0, 1, -1) for t, c, q in sorted(times) if start <= t < stop][:limit]

    found, after, more = [], None, True
    while more:
        rows, more = fetch_page(Rows(), "d", None, 1, 5, limit, after)
        assert len(rows) == limit or not more
        found += [key(row) for row in rows]
        after = found[-1] if found else None
    assert found == [row for row in sorted(times) if 1 <= row[0] < 5]


def test_many_rows_of_one_time_do_not_stop_the_paging():
    rows = [Observation("d", f"{number:04}", "q", 7, 1.0, 1, -1) for number in range(500)]

    class Rows:
        def observations(self, _device, _quantity, start, stop, *, limit):
            return [row for row in rows if start <= row.time < stop][:limit]

    page, more = fetch_page(Rows(), "d", None, 0, 10, 10, key(rows[449]))
    assert [row.channel for row in page] == [f"{number:04}" for number in range(450, 460)]
    assert more


async def test_a_cursor_of_another_query_or_a_broken_one_is_refused(client, store):
    for number in range(3):
        store.add(NOON + number)
    url = (await client.get(URL, params={**JUNE, "limit": 1})).json()["next"]
    assert (await client.get(url)).status_code == 200
    for bad in (
        url.replace("device=d1", "device=d2"),
        re.sub("cursor=.*", "cursor=%00", url),
        url + "A",
        url[:-4] + "%C3%A4",
    ):
        response = await client.get(bad)
        assert response.status_code == 422
        assert response.json()["errors"][0]["where"] == "query.cursor"


async def test_csv_in_german_opens_in_a_german_spreadsheet(client, store):
    store.add(NOON, -21.5)
    store.add(NOON + HOUR + 500_000_000, 1e-7, channel='=1+"2";3', flag=3)
    store.add(NOON + 2 * HOUR, None, flag=9)
    response = await client.get(URL, params={**JUNE, "format": "csv"})
    assert response.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert response.headers["content-disposition"] == 'attachment; filename="d1_2026-05-31_2026-06-30.csv"'
    assert response.content.decode() == (
        "\ufeffgeraet;kanal;messgroesse;einheit;zeit;zeit_iso;wert;flag;status\r\n"
        "d1;;air_temperature;Cel;01.06.2026 12:00;2026-06-01T12:00:00+02:00;-21,5;1;gut\r\n"
        'd1;"\'=1+""2"";3";air_temperature;Cel;01.06.2026 13:00;2026-06-01T13:00:00.500+02:00;0,0000001;3;auffällig\r\n'
        "d1;;air_temperature;Cel;01.06.2026 14:00;2026-06-01T14:00:00+02:00;;9;fehlend\r\n"
    )


@pytest.mark.parametrize("name", ["7076120000000001", "0004", "1234567890123e45", "1E5", "12,5"])
async def test_names_of_digits_stay_text_in_a_german_spreadsheet(client, store, name):
    store.add(NOON, channel=name)
    content = (await client.get(URL, params={**JUNE, "format": "csv"})).content.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(content), delimiter=";")
    assert row["kanal"] == f'="{name}"'
    plain = (await client.get(URL, params={**JUNE, "format": "csv", "dialect": "rfc"})).content.decode()
    assert next(csv.DictReader(io.StringIO(plain)))["channel"] == name


async def test_csv_by_rfc_4180(client, store):
    store.add(NOON, 21.0, channel="a,b")
    response = await client.get(URL, params={**JUNE, "format": "csv", "dialect": "rfc"})
    assert response.content == (
        b"device,channel,quantity,unit,time,value,flag,status\r\n"
        b'd1,"a,b",air_temperature,Cel,2026-06-01T10:00:00Z,21,1,good\r\n'
    )


async def test_csv_without_limit_is_whole_and_with_limit_says_where_it_goes_on(client, store):
    for number in range(12_345):
        store.add(NOON + number)
    whole = await client.get(URL, params={**JUNE, "format": "csv"})
    assert whole.text.count("\r\n") == 12_346
    assert "link" not in whole.headers
    assert max(limit for *_, limit in store.calls) < 6000
    lines, url = 0, f"{URL}?device=d1&from=2026-06-01&to=2026-07-01&format=csv&limit=10000"
    while url:
        part = await client.get(url)
        lines += part.text.count("\r\n") - 1
        url = re.fullmatch('<(.*)>; rel="next"', part.headers["link"])[1] if "link" in part.headers else None
    assert lines == 12_345


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.floats() | st.none(),
    st.sampled_from(["de", "rfc"]),
)
def test_any_observation_is_one_row_with_the_same_number_and_no_formula(device, channel, value, dialect):
    row = Observation(device, channel, "air_temperature", NOON, value, 1, -1)
    text = csv_rows([row], dialect, ZONES["berlin"]).decode()
    (cells,) = csv.reader(io.StringIO(text, newline=""), delimiter=";" if dialect == "de" else ",")
    assert len(cells) == (9 if dialect == "de" else 8)
    for cell, given_ in zip(cells, (device, channel), strict=False):
        if dialect == "de" and cell.startswith('="'):
            assert cell == f'="{given_}"'
            assert re.fullmatch("[0-9.,eE+-]+", given_)
            continue
        assert cell.removeprefix("'") == given_.removeprefix("'")
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    number = cells[-3].replace(",", ".")
    if value is None or not math.isfinite(value):
        assert number == ""
    else:
        assert float(number) == value
        assert "e" not in number


@pytest.mark.parametrize(
    ("params", "where", "why"),
    [
        ({}, "query.device", "missing"),
        ({"device": ""}, "query.device", "printable"),
        ({"device": "a\x00"}, "query.device", "printable"),
        ({"device": "d1", "form": "csv"}, "query.form", "perhaps format is meant"),
        ({"device": ["a", "b"]}, "query.device", "once"),
        ({"device": "d1", "quantity": "air_temprature"}, "query.quantity", "air_temperature"),
        ({"device": "d1", "from": "gestern"}, "query.from", "No time"),
        ({"device": "d1", "from": "2026-06-02", "to": "2026-06-02"}, "query.from", "before the end"),
        ({"device": "d1", "limit": "0"}, "query.limit", "10000"),
        ({"device": "d1", "limit": "10001"}, "query.limit", "10000"),
        ({"device": "d1", "limit": "²"}, "query.limit", "10000"),
        ({"device": "d1", "format": "xml"}, "query.format", "json, csv"),
        ({"device": "d1", "day_basis": "cet"}, "query.day_basis", "berlin"),
    ],
)
async def test_a_wrong_parameter_is_named_with_its_place_and_cause(client, params, where, why):
    response = await client.get(URL, params=params)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    (error,) = response.json()["errors"]
    assert error["where"] == where
    assert why in error["why_en"]
    assert error["why"] != error["why_en"]


async def test_all_faults_are_told_at_once(client):
    response = await client.get(URL, params={"nonsense": "1", "limit": "x"})
    assert [error["where"] for error in response.json()["errors"]] == ["query.nonsense", "query.limit", "query.device"]


async def test_a_store_that_is_down_is_said_so_without_its_words(client, store):
    store.down = True
    for form in ("json", "csv"):
        response = await client.get(URL, params={**JUNE, "format": form})
        assert response.status_code == 503
        assert response.headers["retry-after"] == "7"
        assert "secret" not in response.text


async def test_a_store_that_fails_within_a_download_breaks_the_connection(client, store):
    """Half a file must not look like a whole one."""
    for number in range(6000):
        store.add(NOON + number)
    whole = store.observations

    def fail_later(*args, **kwargs):
        store.down = len(store.calls) >= 1
        return whole(*args, **kwargs)

    store.observations = fail_later
    with pytest.raises(RuntimeError, match="response already started"):
        await client.get(URL, params={**JUNE, "format": "csv"})
