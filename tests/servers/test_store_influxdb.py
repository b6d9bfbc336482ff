"""The InfluxDB store when the database is away, busy, wrongly configured or refuses points."""

from __future__ import annotations

import gzip
import http.client
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from gateway.config import ConfigError, InfluxSettings, Secret
from gateway.model import Flag, Observation, StoreUnavailableError
from gateway.store.influxdb import InfluxStore
from gateway.store.limits import TIME_MAX, TIME_MIN
from tests.conftest import require
from tests.servers.influxd import BINARY, TOKEN, Influxd

pytestmark = pytest.mark.influxd

T = 1_764_547_200_000_000_000
HOUR = 3_600_000_000_000


def point(
    time: int = T, value: float | None = 20.5, *, device: str = "d", channel: str = "", quantity: str = "rain"
) -> Observation:
    return Observation(device, channel, quantity, time, value, Flag.GOOD if value is not None else Flag.MISSING, 1)


def stored(store: InfluxStore, device: str = "d") -> list[tuple[str, str, int, float | None]]:
    points = store.observations(device, None, TIME_MIN, TIME_MAX + 1, limit=100_000)
    return [(p.quantity, p.channel, p.time, p.value) for p in points]


@pytest.fixture
def bucket(influxd: Influxd) -> str:
    return influxd.bucket()


@pytest.fixture
def store(influxd: Influxd, bucket: str) -> Iterator[InfluxStore]:
    opened = InfluxStore(influxd.settings(bucket))
    yield opened
    opened.close()


class Front:
    """A server in front of InfluxDB: answers what it was told to, then passes everything on.

    `answers` are (status, headers, body) for the next writes; status 0 cuts the connection. `requests` counts lines
    by write request, `encodings` how they came.
    """

    def __init__(self, port: int) -> None:
        self.answers: list[tuple[int, dict[str, str], bytes]] = []
        self.only: str | None = None
        self.max_lines: int | None = None
        self.requests: list[int] = []
        self.encodings: list[str | None] = []
        front = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                """Quiet."""

            def do_GET(self) -> None:
                self.do_POST()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, headers, answer = front.answer(self, body, port)
                if not status:
                    self.close_connection = True
                    return
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, request: BaseHTTPRequestHandler, body: bytes, port: int) -> tuple[int, dict[str, str], bytes]:
        if "/write" in request.path:
            encoding = request.headers.get("Content-Encoding")
            lines = (gzip.decompress(body) if encoding else body).count(b"\n")
            self.encodings.append(encoding)
            self.requests.append(lines)
            if self.max_lines is not None and lines > self.max_lines:
                return (
                    413,
                    {},
                    b'{"code":"request too large","message":"cannot read data: points in batch is too large"}',
                )
        if self.answers and (self.only is None or self.only in request.path):
            return self.answers.pop(0)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request(
                request.command, request.path, body, {k: v for k, v in request.headers.items() if k != "Host"}
            )
            response = connection.getresponse()
            kept = {
                k: v for k, v in response.headers.items() if k in {"Content-Type", "Retry-After", "X-Influxdb-Version"}
            }
            return response.status, kept, response.read()
        finally:
            connection.close()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def front(influxd: Influxd) -> Iterator[Front]:
    server = Front(influxd.port)
    yield server
    server.close()


@pytest.fixture
def behind(front: Front, influxd: Influxd, bucket: str) -> Iterator[InfluxStore]:
    opened = InfluxStore(influxd.settings(bucket, url=front.url))
    yield opened
    opened.close()


# --- refused points


def test_points_that_conflict_with_a_field_type_are_refused_one_by_one(
    influxd: Influxd, bucket: str, store: InfluxStore
) -> None:
    influxd.write(bucket, f"humidity,device=d value=1i,flag=1i {T}\nnoise,device=d value=true,flag=1i {T}")
    batch = [point(T + n, float(n), quantity=("rain", "humidity", "wind", "noise")[n % 4]) for n in range(400)]
    refused = store.write(batch, 1)
    assert [r.observation for r in refused] == sorted(
        (p for p in batch if p.quantity in {"humidity", "noise"}), key=lambda p: (p.quantity, p.time)
    )
    assert all("field type conflict" in r.detail and len(r.detail) <= 500 for r in refused)
    good = [(p.quantity, "", p.time, p.value) for p in batch if p.quantity in {"rain", "wind"}]
    assert stored(store) == good


def test_refused_points_cost_few_requests(influxd: Influxd, bucket: str, front: Front, behind: InfluxStore) -> None:
    influxd.write(bucket, f"noise,device=d value=1i,flag=1i {T}")
    batch = [point(T + n, float(n), quantity="noise" if n % 100 == 50 else "rain") for n in range(5000)]
    assert len(behind.write(batch, 1)) == 50
    assert len(front.requests) < 30
    assert sum(front.requests) < 4 * len(batch)


def test_points_beyond_the_retention_are_refused_in_one_go(influxd: Influxd, front: Front) -> None:
    now = int(datetime.now(UTC).timestamp()) * 1_000_000_000
    store = InfluxStore(influxd.settings(influxd.bucket(keep_seconds=3600), url=front.url))
    batch = [point(now - n * HOUR // 4) for n in range(100) if n != 4]  # 4 stands on the brink
    refused = store.write(batch, 1)
    assert {r.observation.time for r in refused} == {p.time for p in batch[4:]}
    assert all("retention policy" in r.detail for r in refused)
    assert len(front.requests) < 20
    assert {p.time for p in batch[:4]} <= {row[2] for row in stored(store)}
    store.close()


def test_names_of_any_kind_pass_a_server_that_checks_them(tmp_path: Path) -> None:
    require("influxd", BINARY is not None)
    with Influxd(tmp_path / "strict", options={"STORAGE_VALIDATE_KEYS": "true"}) as server:
        name = server.bucket()
        store = InfluxStore(server.settings(name))
        nasty = ["nbsp\u00a0", "nul\x00", "\ufffd", "\u2028", "line\n", "\x7f", "\U000e0001", "plain"]
        assert not store.write([point(device=text, channel=text, quantity=text) for text in nasty], 1)
        assert {key[0] for key in store.keys(nasty, T, T + 1)} == set(nasty)
        with pytest.raises(AssertionError, match="invalid unicode"):
            server.write(name, f"rain,device=nul\x00 value=1 {T}")
        store.close()


# --- a database that is away or busy


def test_an_outage_is_told_and_then_survived(own_influxd: Influxd) -> None:
    store = InfluxStore(own_influxd.settings(own_influxd.bucket()))
    store.write([point(T)], 1)
    own_influxd.kill()
    waits = []
    for _ in range(8):
        with pytest.raises(StoreUnavailableError, match=own_influxd.url) as caught:
            store.write([point(T + 1)], 2)
        waits.append(caught.value.retry_after)
    assert 0.2 <= waits[0] <= 0.5
    assert 15 <= waits[-1] <= 30
    with pytest.raises(StoreUnavailableError, match=own_influxd.url):
        store.observations("d", None, T, T + 9, limit=9)
    with pytest.raises(StoreUnavailableError, match=own_influxd.url):
        store.ping()
    own_influxd.start()
    assert not store.write([point(T + 1)], 2)
    assert [row[2] for row in stored(store)] == [T, T + 1]
    store.close()


def test_a_kept_connection_that_the_server_has_closed_is_opened_again(own_influxd: Influxd) -> None:
    store = InfluxStore(own_influxd.settings(own_influxd.bucket()))
    store.write([point(T)], 1)
    own_influxd.restart()
    assert not store.write([point(T + 1)], 2)
    assert len(stored(store)) == 2
    store.close()


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("header", "low", "high"),
    [
        ("7", 7, 7),
        ("0", 0, 0),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 300, 300),
        ("99999999", 300, 300),
        ("soon", 0.25, 0.5),
        ("nan", 0.25, 0.5),
        ("-5", 0, 0),
    ],
)
def test_the_server_says_when_to_come_again(
    front: Front, behind: InfluxStore, status: int, header: str, low: float, high: float
) -> None:
    front.answers = [(status, {"Retry-After": header}, b'{"code":"too many requests","message":"slow down"}')]
    with pytest.raises(StoreUnavailableError, match=f"{status}.*slow down") as caught:
        behind.write([point()], 1)
    assert low <= caught.value.retry_after <= high
    assert not behind.write([point()], 1)
    assert len(stored(behind)) == 1


@pytest.mark.parametrize(
    "answer",
    [
        (500, {}, b'{"code":"internal error","message":"engine: no space left on device"}'),
        (502, {}, b"<html>Bad Gateway</html>"),
        (504, {}, b""),
        (400, {}, b"<html>The plain HTTP request was sent to HTTPS port</html>"),
        (422, {}, b"[]"),
        (302, {"Location": "http://elsewhere/"}, b""),
        (418, {}, b"{}"),
    ],
)
def test_answers_that_say_nothing_about_the_points_lose_none(
    front: Front, behind: InfluxStore, answer: tuple[int, dict[str, str], bytes]
) -> None:
    front.answers = [answer]
    with pytest.raises(StoreUnavailableError, match=str(answer[0])):
        behind.write([point()], 1)
    assert not behind.write([point()], 1)
    assert len(stored(behind)) == 1


def test_a_connection_that_is_cut_loses_nothing(front: Front, behind: InfluxStore) -> None:
    front.answers = [(0, {}, b"")]
    with pytest.raises(StoreUnavailableError, match="cannot be reached"):
        behind.write([point()], 1)
    assert not behind.write([point()], 1)
    front.answers = [(0, {}, b"")]
    assert not behind.write([point(T + 1)], 1)  # a kept connection is tried once more, fresh
    assert len(stored(behind)) == 2


def test_a_server_that_does_not_answer_is_given_up(influxd: Influxd, bucket: str) -> None:
    silent = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)  # listens, never accepts
    store = InfluxStore(influxd.settings(bucket, url=f"http://127.0.0.1:{silent.server_port}", timeout=0.1))
    with pytest.raises(StoreUnavailableError, match="timed out"):
        store.write([point()], 1)
    with pytest.raises(StoreUnavailableError, match=r"127\.0\.0\.1"):
        store.keys(["d"], T, T + 1)
    store.close()
    silent.server_close()


def test_a_failure_in_the_midst_of_halving_is_an_outage_and_the_batch_can_come_again(
    influxd: Influxd, bucket: str, front: Front, behind: InfluxStore
) -> None:
    influxd.write(bucket, f"noise,device=d value=1i,flag=1i {T}")
    batch = [point(T + n, float(n), quantity="noise" if n == 3 else "rain") for n in range(16)]
    conflict = b'{"code":"unprocessable entity","message":"partial write: field type conflict dropped=1"}'
    front.answers = [(422, {}, conflict), (503, {}, b"")]
    with pytest.raises(StoreUnavailableError):
        behind.write(batch, 1)
    (refused,) = behind.write(batch, 1)
    assert refused.observation is batch[3]
    assert len(stored(behind)) == 15


def test_a_batch_that_is_too_large_is_split(front: Front, behind: InfluxStore) -> None:
    front.max_lines = 30
    assert not behind.write([point(T + n) for n in range(100)], 1)
    assert len(stored(behind)) == 100
    front.max_lines = 0
    (refused,) = behind.write([point(T + 100)], 1)
    assert "too large" in refused.detail


# --- settings


def test_batches_are_bounded(front: Front, influxd: Influxd, bucket: str) -> None:
    store = InfluxStore(influxd.settings(bucket, url=front.url, batch_points=40))
    assert not store.write([point(T + n) for n in range(100)], 1)
    assert front.requests == [40, 40, 20]
    assert len(stored(store)) == 100
    store.close()


def test_lines_may_be_compressed(front: Front, influxd: Influxd, bucket: str) -> None:
    store = InfluxStore(influxd.settings(bucket, url=front.url, gzip=True))
    assert not store.write([point(T + n) for n in range(100)], 1)
    assert front.encodings == ["gzip"]
    assert len(stored(store)) == 100
    store.close()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"token": Secret(value="wrong-secret")}, r"401.*store\.influxdb\.token"),
        ({"bucket": "nowhere"}, r"404.*store\.influxdb\.org, bucket.*nowhere"),
        ({"org": "nobody"}, r"404.*store\.influxdb\.org, bucket.*nobody"),
    ],
)
def test_a_wrong_setting_is_named_and_costs_no_point(
    influxd: Influxd, bucket: str, changes: dict[str, Any], words: str
) -> None:
    store = InfluxStore(influxd.settings(bucket, **changes))
    for call in (lambda: store.write([point()], 1), store.ping):
        with pytest.raises(StoreUnavailableError, match=words) as caught:
            call()
        assert "wrong-secret" not in str(caught.value)
    with pytest.raises(StoreUnavailableError):
        store.observations("d", None, T, T + 1, limit=1)
    store.close()


def test_a_token_that_may_only_read_is_told(influxd: Influxd, bucket: str) -> None:
    org = influxd.org_id()
    (found,) = influxd.request("GET", f"/api/v2/buckets?name={bucket}")["buckets"]
    for action, words in (("read", r"403|401.*store\.influxdb\.token"), ("write", r"40[0134]")):
        resource = {"type": "buckets", "id": found["id"], "orgID": org}
        made = influxd.request(
            "POST", "/api/v2/authorizations", {"orgID": org, "permissions": [{"action": action, "resource": resource}]}
        )
        store = InfluxStore(influxd.settings(bucket, token=Secret(value=made["token"])))
        with pytest.raises(StoreUnavailableError, match=words):
            store.ping()
        store.close()


@pytest.mark.parametrize("url", ["127.0.0.1:8086", "ftp://x/", "http://", "http://x:port", "http://x:99999"])
def test_an_address_that_is_none_is_an_error_of_the_configuration(url: str) -> None:
    with pytest.raises(ConfigError, match=r"store\.influxdb\.url"):
        InfluxStore(InfluxSettings(url=url, token=Secret(value=TOKEN)))


def test_a_missing_token_is_an_error_of_the_configuration() -> None:
    with pytest.raises(ConfigError, match=r"store\.influxdb\.token"):
        InfluxStore(InfluxSettings())


# --- deleting


def test_a_deletion_that_fails_half_way_gives_back_what_it_took_along(front: Front, behind: InfluxStore) -> None:
    points = [point(T + n, n + 0.5, channel=channel) for n in range(5) for channel in ("", "a")]
    behind.write(points, 1)
    gone = [("d", "", "rain", T + n) for n in range(1, 4)]
    expected = [(p.quantity, p.channel, p.time, p.value) for p in points if p.channel or p.time in {T, T + 4}]
    front.only, front.answers = "/write", [(503, {}, b"")]
    with pytest.raises(StoreUnavailableError):
        behind.delete(gone)
    behind.write([], 2)
    assert stored(behind) == expected
    behind.delete(gone)
    assert stored(behind) == expected


def test_neighbours_go_in_one_request(front: Front, behind: InfluxStore) -> None:
    behind.write([point(T + n, 1.0, channel="a") for n in range(500)], 1)
    deletions = []
    ask = front.answer

    def counting(request: BaseHTTPRequestHandler, body: bytes, port: int) -> tuple[int, dict[str, str], bytes]:
        if "/delete" in request.path:
            deletions.append(body)
        return ask(request, body, port)

    front.answer = counting  # type: ignore[method-assign]  # replaced on purpose, to count
    behind.delete([("d", "a", "rain", T + n) for n in range(500) if n != 250])
    assert len(deletions) == 2
    assert [row[2] for row in stored(behind)] == [T + 250]


def test_deleted_points_stay_away_after_a_restart(own_influxd: Influxd) -> None:
    store = InfluxStore(own_influxd.settings(own_influxd.bucket()))
    store.write([point(T + n) for n in range(10)], 1)
    store.delete([("d", "", "rain", T + n) for n in range(5)])
    own_influxd.kill()
    own_influxd.start()
    assert [row[2] for row in stored(store)] == [T + n for n in range(5, 10)]
    store.close()
