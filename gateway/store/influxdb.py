"""Observations in InfluxDB 2: a measurement for each quantity, tags device and channel, fields value and flag.

InfluxDB replaces a point of the same series and time field by field, so writing a batch again changes nothing. It
keeps no journal offsets. Writing goes through `influx_http`, all else through `influx_client`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

from gateway.config import ConfigError, InfluxSettings
from gateway.model import Observation, Refused
from gateway.store.influx_http import Answer, WriteConnection
from gateway.store.limits import refusal, refuse
from gateway.store.line_protocol import LineWriter, prefix

if TYPE_CHECKING:
    import polars as pl

    from gateway.store.influx_client import InfluxClient

Key = tuple[str, str, str, int]
"""(device, channel, quantity, time)"""

_DETAIL = 500
"""Characters of InfluxDB's words that are kept with a refused point."""

_DEVICES = 100
"""Devices in one query."""


class InfluxStore:
    """Implements `gateway.model.Store`; any thread may call, one writes at a time."""

    def __init__(self, settings: InfluxSettings) -> None:
        """Nothing is connected before the first call; raises ConfigError when token or address cannot be used."""
        token = settings.token.read()
        if not token:
            raise ConfigError("store.influxdb.token is missing: give a file or GATEWAY_STORE__INFLUXDB__TOKEN__VALUE")
        self._settings, self._token = settings, token
        self._lines = LineWriter()
        self._connection = WriteConnection(settings, token)
        self._lock = Lock()
        self._opened: InfluxClient | None = None
        self._opening = Lock()
        self._owed: list[Observation] = []

    def write(self, observations: Sequence[Observation], offset: int) -> Sequence[Refused]:  # noqa: ARG002 - InfluxDB keeps none
        """See `gateway.model.Store.write`."""
        with self._lock:
            self._repay()
            return self._write(observations)

    def _write(self, observations: Sequence[Observation]) -> list[Refused]:
        size = self._settings.batch_points
        batches = (observations[at : at + size] for at in range(0, len(observations), size))
        return [refused for batch in batches for refused in self._write_batch(batch)]

    def _write_batch(self, points: Sequence[Observation]) -> list[Refused]:
        refused: list[Refused] = []
        try:
            lines = self._lines.encode(points)
        except (ValueError, OverflowError, TypeError):
            points, refused = refuse(points, _refusal)
            lines = self._lines.encode(points)
        if not points:
            return refused
        answer = self._connection.post(lines)
        if answer.status == 204:
            return refused
        # A field conflict concerns a measurement and a retention rule a range of times: sorted like that, what is
        # refused stands together, and few requests are needed to find it.
        good, bad = refuse(points, _refusal)
        good.sort(key=lambda point: (point.quantity, point.time))
        return refused + bad + (self._write_batch(good) if bad else self._isolate(good, answer))

    def _isolate(self, points: Sequence[Observation], answer: Answer) -> list[Refused]:
        """Find by halving which points InfluxDB refuses and store all others; `answer` is what it said to all."""
        if answer.status == 204:
            return []
        if len(points) == 1 or answer.dropped == len(points):
            return [Refused(point, answer.detail[:_DETAIL]) for point in points]
        middle = len(points) // 2
        halves = (points[:middle], points[middle:])
        return [
            refused
            for half in halves
            for refused in self._isolate(half, self._connection.post(self._lines.encode(half)))
        ]

    def committed(self) -> None:
        """InfluxDB keeps no offsets."""
        return

    def observations(
        self, device: str, quantity: str | None, start: int, stop: int, *, limit: int
    ) -> Sequence[Observation]:
        """See `gateway.model.Store.observations`."""
        tail = f"|> limit(n: {limit})"
        points = self._client().points(start, stop, quantity=quantity, devices=[device], tail=tail)
        return _observations(points.sort("time", "channel", "quantity").head(limit))

    def latest(self, device: str, start: int, stop: int) -> Sequence[Observation]:
        """See `gateway.model.Store.latest`."""
        return _observations(
            self._client().points(start, stop, devices=[device], tail="|> last()").sort("channel", "quantity")
        )

    def keys(self, devices: Iterable[str], start: int, stop: int) -> Sequence[Key]:
        """See `gateway.model.Store.keys`."""
        wanted = list(dict.fromkeys(devices))
        parts = (wanted[at : at + _DEVICES] for at in range(0, len(wanted), _DEVICES))
        return [key for part in parts for key in self._client().keys(start, stop, devices=part).iter_rows()]

    def frames(self, quantity: str, start: int, stop: int) -> Iterator[pl.DataFrame]:
        """See `gateway.model.Store.frames`."""
        from gateway.store.frames import in_pieces  # noqa: PLC0415 - Polars costs 0.4 s of every start

        client = self._client()

        return in_pieces(partial(client.count, quantity), partial(client.many, quantity), start, stop)

    def delete(self, keys: Sequence[Key]) -> None:
        """See `gateway.model.Store.delete`.

        A series without channel cannot be named alone (`InfluxClient.delete`): points of other channels at the same
        times go as well and are written again at once, before anything else.
        """
        from gateway.store.influx_delete import spans  # noqa: PLC0415 - as above

        client = self._client()
        with self._lock:
            self._repay()
            for span in spans(keys, client.points):
                self._owed = span.others
                client.delete(span.device, span.channel, span.quantity, span.first, span.last)
                self._repay()

    def _repay(self) -> None:
        """Write again what a deletion took along, also when it failed half way."""
        if self._owed:
            self._write(self._owed)
            self._owed = []

    def ping(self) -> str:
        """Name and version of the database, for `gateway check`; raises StoreUnavailableError."""
        with self._lock:
            self._connection.post(b"")  # InfluxDB checks organisation, bucket and token before it sees no points
        return f"InfluxDB {self._client().version()} at {self._settings.url}, bucket {self._settings.bucket}"

    def close(self) -> None:
        """Close the connections; the next call would open them again."""
        with self._lock:
            self._connection.close()
        with self._opening:
            if self._opened is not None:
                self._opened.close()
                self._opened = None

    def _client(self) -> InfluxClient:
        from gateway.store.influx_client import InfluxClient  # noqa: PLC0415 - 1 s of every start, needed to read only

        with self._opening:
            if self._opened is None:
                self._opened = InfluxClient(self._settings, self._token)
            return self._opened


def _observations(points: pl.DataFrame) -> list[Observation]:
    """Rows in the order they stand; InfluxDB keeps no journal offset."""
    return [
        Observation(device, channel, quantity, time, value, flag, -1)
        for device, channel, quantity, time, value, flag in points.iter_rows()
    ]


def _refusal(point: Observation) -> str | None:
    """Why InfluxDB cannot hold this point, as far as that can be told without asking it."""
    if (why := refusal(point)) is not None:
        return why
    try:
        prefix(point.device, point.channel, point.quantity)
    except ValueError as error:
        return str(error)
    return None
