"""Figures of areas in InfluxDB 2: a measurement for each period, a point for each area, quantity, statistic, window.

    day,area=quartier:05,day_basis=berlin,estimator=mean_of_sites,quantity=air_temperature,statistic=value
        value=18.4,coverage=0.98,n_sites=3i,n_sites_valid=3i,status="ok",revision=812i  <begin of the window, ns>

A value that is not known has no field `value`. InfluxDB replaces points field by field, so where a value goes away
the point is deleted first.
"""

from __future__ import annotations

import http.client
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

import msgspec
import polars as pl

from gateway.config import InfluxSettings
from gateway.model import StoreUnavailableError

STATISTICS = ("value", "mean", "median", "min", "max", "sd", "lowest", "highest", "concentration", "worst_class")
_TAG = str.maketrans({",": "\\,", " ": "\\ ", "=": "\\="})
_KEY = ["basis", "period", "area", "quantity", "start"]


class _Answer(Protocol):
    @property
    def status(self) -> int: ...
    @property
    def detail(self) -> str: ...


class Connection(Protocol):
    """Posts line protocol; `gateway.store.influx_http.WriteConnection`."""

    def post(self, lines: bytes) -> Any:
        """Write the lines."""


class InfluxFigures:
    """Implements `gateway.aggregator.written.Sink`."""

    def __init__(self, connection: Connection, settings: InfluxSettings, token: str) -> None:
        self._connection, self._settings, self._token = connection, settings, token

    def write(self, rows: pl.DataFrame, before: pl.DataFrame) -> None:
        """See Sink."""
        had = [*(name for name in STATISTICS if name in before.columns), "bound"]
        lost = before.join(rows, on=_KEY, suffix="_new").filter(
            pl.any_horizontal(pl.col(name).is_not_null() & pl.col(f"{name}_new").is_null() for name in had)
            | (pl.col("estimator") != pl.col("estimator_new"))  # a tag: the point would stay beside the new one
        )
        for row in lost.iter_rows(named=True):
            self._delete(row)
        size = self._settings.batch_points
        text = lines(rows)
        for at in range(0, len(text), size):
            answer: _Answer = self._connection.post("".join(text[at : at + size]).encode())
            if answer.status not in {200, 204}:
                bucket = self._settings.bucket
                raise StoreUnavailableError(f"InfluxDB bucket {bucket} refuses figures: {answer.detail[:300]}", 30)

    def clear(self, period: str, low: int, high: int, areas: Sequence[str] = ()) -> None:
        """Remove every point of a period that begins in `[low, high)` ns; no areas: of all.

        Raises:
            StoreUnavailableError: to be tried again.
        """
        for names in [{"area": area} for area in areas] or [{}]:
            self._remove(low, high, {"_measurement": period} | names)

    def _delete(self, row: dict[str, Any]) -> None:
        """Remove the points of one area, quantity and window."""
        names = {"_measurement": row["period"], "area": row["area"], "quantity": row["quantity"],
                 "day_basis": row["basis"]}  # fmt: skip
        self._remove(row["start"], row["start"] + 1000, names)

    def _remove(self, low: int, high: int, names: Mapping[str, str]) -> None:
        url = urlsplit(self._settings.url)
        kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        query = urlencode({"org": self._settings.org, "bucket": self._settings.bucket})
        body = msgspec.json.encode({
            "start": _text(low), "stop": _text(high),
            "predicate": " AND ".join(f'{name}="{value}"' for name, value in names.items()),
        })  # fmt: skip
        connection = kind(url.hostname or "", url.port, timeout=self._settings.timeout)
        target = f"{url.path.rstrip('/')}/api/v2/delete?{query}"
        headers = {"Authorization": f"Token {self._token}", "Content-Type": "application/json"}
        try:
            connection.request("POST", target, body, headers)
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            raise StoreUnavailableError(f"InfluxDB cannot be reached: {error}", 5) from error
        finally:
            connection.close()
        if status != 204:
            raise StoreUnavailableError(f"InfluxDB answered {status} to deleting in {self._settings.bucket}", 30)


def lines(rows: pl.DataFrame) -> list[str]:
    """Line protocol of rows of schema AREA_RESULT, a line for each statistic that has a value, `value` always."""
    found: list[str] = []
    for row in rows.iter_rows(named=True):
        common = f"coverage={row['coverage']!r},n_sites={row['n_sites']}i,n_sites_valid={row['n_sites_valid']}i"
        common += f',status="{row["status"]}",revision={row["revision"] or 0}i'
        if row["bound"]:
            common += f',bound="{row["bound"]}"'
        tags = f"area={row['area'].translate(_TAG)},day_basis={row['basis']},estimator={row['estimator']}"
        for name in STATISTICS:
            value = row[name]
            if value is None and name != "value":
                continue
            fields = common if value is None else f"value={float(value)!r},{common}"
            found.append(
                f"{row['period']},{tags},quantity={row['quantity']},statistic={name} {fields} {row['start']}\n"
            )
    return found


def _text(ns: int) -> str:
    seconds, rest = divmod(ns, 1_000_000_000)
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{rest:09d}Z"
