"""Figures of areas in a real InfluxDB: values with their tags, and what is no longer known goes away."""

from __future__ import annotations

import polars as pl
import pytest

from gateway.aggregator.influx import InfluxFigures
from gateway.aggregator.results_file import AREA_RESULT
from gateway.store.influx_client import InfluxClient
from gateway.store.influx_http import WriteConnection
from tests.servers.influxd import Influxd

pytestmark = pytest.mark.influxd
START = 1_780_272_000 * 10**9


def row(**changed: object) -> pl.DataFrame:
    values = dict.fromkeys(AREA_RESULT) | {
        "basis": "berlin", "period": "day", "area": "quartier:05", "quantity": "air_temperature", "start": START,
        "stop": START + 86_400 * 10**9, "value": 18.5, "max": 20.0, "estimator": "mean_of_sites", "n_sites": 3,
        "n_sites_valid": 2, "coverage": 0.9, "status": "ok", "revision": 7,
    }  # fmt: skip
    return pl.DataFrame([values | changed], schema=AREA_RESULT)


def stored(server: Influxd, settings: object) -> set[tuple[object, ...]]:
    client = InfluxClient(settings, settings.token.read())  # type: ignore[attr-defined, arg-type]  # the fixture gives more than the type says
    try:
        flux = f'from(bucket: "{settings.bucket}") |> range(start: 2026-01-01T00:00:00Z, stop: 2027-01-01T00:00:00Z)'  # type: ignore[attr-defined]  # the fixture gives more than the type says
        tables = client._client.query_api().query(flux, org=settings.org)  # type: ignore[attr-defined]  # the fixture gives more than the type says
        return {
            (r["area"], r["quantity"], r["statistic"], r["estimator"], r.get_field(), r.get_value())
            for table in tables for r in table.records
        }  # fmt: skip
    finally:
        client.close()


def test_values_come_with_their_tags_and_go_when_they_are_not_known(influxd: Influxd) -> None:
    settings = influxd.settings(influxd.bucket())
    connection = WriteConnection(settings, settings.token.read() or "")
    figures = InfluxFigures(connection, settings, settings.token.read() or "")
    nothing = row().clear()
    figures.write(row(), nothing)
    found = stored(influxd, settings)
    assert ("quartier:05", "air_temperature", "value", "mean_of_sites", "value", 18.5) in found
    assert ("quartier:05", "air_temperature", "max", "mean_of_sites", "value", 20.0) in found
    figures.write(row(value=None, max=None, status="confidential"), row())
    found = stored(influxd, settings)
    assert {entry[4:] for entry in found if entry[4] in {"value", "status"}} == {("status", "confidential")}
    connection.close()


def test_neither_a_bound_nor_a_point_of_another_estimator_stays(influxd: Influxd) -> None:
    settings = influxd.settings(influxd.bucket())
    connection = WriteConnection(settings, settings.token.read() or "")
    figures = InfluxFigures(connection, settings, settings.token.read() or "")
    bounded = row(bound=">=", max=None)
    figures.write(bounded, row().clear())
    assert "bound" in {entry[4] for entry in stored(influxd, settings)}
    complete = row(max=None)
    figures.write(complete, bounded)
    assert "bound" not in {entry[4] for entry in stored(influxd, settings)}
    figures.write(row(max=None, estimator="energy_mean"), complete)
    assert {entry[3] for entry in stored(influxd, settings)} == {"energy_mean"}
    figures.clear("day", START - 1, START + 1, ["quartier:06"])
    assert stored(influxd, settings)
    figures.clear("day", START - 1, START + 1)
    assert stored(influxd, settings) == set()
    connection.close()
