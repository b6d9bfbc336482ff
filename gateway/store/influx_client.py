"""Reading, deleting and asking InfluxDB 2 for its health, through `influxdb-client`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

import polars as pl
import urllib3
from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.domain.dialect import Dialect
from influxdb_client.rest import ApiException

from gateway.config import InfluxSettings
from gateway.model import StoreUnavailableError
from gateway.store import flux, flux_values
from gateway.store.influx_http import unavailable
from gateway.store.limits import TIME_MAX, TIME_MIN
from gateway.store.line_protocol import encode_name, measurement_name

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CSV = Dialect(header=True, annotations=[], delimiter=",")  # type: ignore[no-untyped-call]  # library without types
_WAIT = 1.0
"""Seconds after which a read that failed may be tried again."""


class InfluxClient:
    """One pool of connections for all threads."""

    def __init__(self, settings: InfluxSettings, token: str) -> None:
        """Nothing is connected yet."""
        self._bucket, self._where = settings.bucket, settings.url
        self._client = InfluxDBClient(settings.url, token, org=settings.org, timeout=int(settings.timeout * 1000))

    def points(
        self,
        start: int,
        stop: int,
        *,
        quantity: str | None = None,
        devices: Sequence[str] = (),
        tail: str = "",
    ) -> pl.DataFrame:
        """Points in `[start, stop)` ns: columns device, channel, quantity, time, value, flag; see `flux.points`."""
        flags, values = (
            self._field(field, start, stop, quantity=quantity, devices=devices, tail=tail)
            for field in (flux.FLAG, flux.VALUE)
        )
        return flux.join(flags, values)

    def many(self, quantity: str, start: int, stop: int) -> pl.DataFrame:
        """Points of one quantity in order of device, channel, time (schema `frames.SCHEMA`); see `flux_values`."""
        start, stop = max(start, TIME_MIN), min(stop, TIME_MAX + 1)
        if start < stop:
            ask = partial(flux.points, self._bucket, start=start, stop=stop, quantity=quantity)
            try:
                answer = self._query(ask(flux.FLAG, exceptions=True))
                exceptions = flux.plain(flux.read(answer, flux.FLAG, quantity))
                count = self.count(quantity, start, stop)
                found = flux_values.frame(self._query(ask(flux.VALUE)), exceptions, count)
            except flux.MixedTypesError:
                found = None
            if found is not None:
                return found
        return self.points(start, stop, quantity=quantity).drop("quantity").sort("device", "channel", "time")

    def keys(self, start: int, stop: int, *, devices: Sequence[str]) -> pl.DataFrame:
        """What names the points in `[start, stop)` ns: columns device, channel, quantity, time."""
        return flux.plain(self._field(flux.FLAG, start, stop, quantity=None, devices=devices, tail="")).drop(flux.FLAG)

    def count(self, quantity: str, start: int, stop: int) -> int:
        """Number of points of a quantity in `[start, stop)` ns."""
        return flux.read_count(self._query(flux.count(self._bucket, quantity, start, stop)))

    def delete(self, device: str, channel: str, quantity: str, first: int, last: int) -> None:
        """Delete the points of a series from `first` to `last` ns, both included.

        A predicate cannot ask for a tag to be absent, so `channel` "" means all channels.
        """
        names = {"_measurement": measurement_name(quantity), "device": encode_name(device)}
        if channel:
            names["channel"] = encode_name(channel)
        predicate = " AND ".join(f"{key}={_quoted(name)}" for key, name in names.items())
        with self._errors():
            self._client.delete_api().delete(_rfc3339(first), _rfc3339(last), predicate, self._bucket)

    def version(self) -> str:
        """The server's version, after a query that shows that the bucket can be read."""
        self._query(flux.points(self._bucket, flux.FLAG, -1, 0))
        with self._errors():
            return str(self._client.version())

    def close(self) -> None:
        """Close the connections."""
        self._client.close()  # type: ignore[no-untyped-call]  # library without types

    def _field(
        self, field: str, start: int, stop: int, *, quantity: str | None, devices: Sequence[str], tail: str
    ) -> pl.DataFrame:
        start, stop = max(start, TIME_MIN), min(stop, TIME_MAX + 1)
        if start >= stop:  # Flux takes an empty range for an error
            return flux.read(b"", field)
        query = partial(flux.points, self._bucket, field, start, stop, quantity=quantity, devices=devices, tail=tail)
        try:
            return flux.read(self._query(query()), field, quantity)
        except flux.MixedTypesError:
            return flux.read(self._query(query(typed=True)), field, quantity)

    def _query(self, query: str) -> bytes:
        with self._errors():
            response = self._client.query_api().query_raw(query, dialect=_CSV)
            try:
                return bytes(response.data)
            finally:
                response.release_conn()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except ApiException as error:
            body = error.body or b""
            body = body.encode() if isinstance(body, str) else body
            if b"schema collision" in body:
                raise flux.MixedTypesError from error
            headers: Mapping[str, str] = error.headers or {}
            raise unavailable(error.status, headers.get("Retry-After"), body, self._where, _WAIT) from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise StoreUnavailableError(f"InfluxDB at {self._where} cannot be reached: {error}", _WAIT) from error
        except flux.FluxError as error:
            raise StoreUnavailableError(f"InfluxDB at {self._where} broke off a query: {error}", _WAIT) from error


def _quoted(name: str) -> str:
    """A string of the delete API's InfluxQL; encoded names hold no backslash and no line end."""
    return '"' + name.replace('"', '\\"') + '"'


def _rfc3339(time: int) -> str:
    seconds, nanoseconds = divmod(time, 1_000_000_000)
    return f"{_EPOCH + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}.{nanoseconds:09d}Z"
