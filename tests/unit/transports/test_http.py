import asyncio
import base64
import gzip
import json
from hashlib import sha256

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from gateway.config import ConfigError, HttpSource
from gateway.model import JournalUnavailableError, Received
from gateway.transports.http import create_ingest_router
from tests.asgi import call

TOKEN = "s3cret-token-of-the-source"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
DECLARED = {204, 400, 401, 404, 405, 408, 413, 414, 415, 429, 503}


class FakeJournal:
    def __init__(self):
        self.entries, self.error, self.gate = [], None, None

    async def append(self, messages):
        if self.gate:
            await self.gate.wait()
        if self.error:
            raise self.error
        self.entries += messages
        return len(self.entries)


def source(**values):
    return HttpSource.model_validate({"type": "http", "format": "plain", "token": {"value": TOKEN}, **values})


def serve(journal, sources=None, **options):
    router = create_ingest_router(sources or {"city": source()}, journal, clock=lambda: 42, **options)
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    app.include_router(router)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway"), router.status


def assert_problem(response, status):
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status
    assert all(body[name] for name in ("type", "title", "title_en", "detail", "detail_en"))
    assert TOKEN not in response.text
    return body


async def chunks(*parts):
    for part in parts:
        yield part


@pytest.mark.parametrize(
    ("path", "topic"),
    [
        ("/ingest/city", ""),
        ("/ingest/city/", ""),
        ("/ingest/city?event=up", "?event=up"),
        ("/ingest/city/up", "/up"),
        ("/ingest/city/up/normalized", "/up/normalized"),
        ("/ingest/city/up?event=up&x=1", "/up?event=up&x=1"),
        ("/ingest/city/Geb%C3%A4ude-3", "/Gebäude-3"),
        ("/ingest/city/dev?a=/other", "/dev?a=%2Fother"),
    ],
)
async def test_a_message_is_journalled_as_it_came_and_then_acknowledged(path, topic):
    journal = FakeJournal()
    client, status = serve(journal)
    async with client:
        response = await client.post(path, content=b'{"t": 1}', headers={**BEARER, "Content-Type": "application/json"})
    assert (response.status_code, response.content) == (204, b"")
    assert journal.entries == [
        Received(source="city", topic=topic, body=b'{"t": 1}', received_at=42, content_type="application/json")
    ]
    assert (status["city"].received, status["city"].bytes, status["city"].last_message_at) == (1, 8, 42)
    assert not status["city"].rejected


async def test_the_answer_waits_for_the_journal():
    journal = FakeJournal()
    journal.gate = asyncio.Event()
    client, _ = serve(journal)
    async with client, asyncio.TaskGroup() as group:
        request = group.create_task(client.post("/ingest/city", content=b"x", headers=BEARER))
        done, _ = await asyncio.wait({request}, timeout=0.05)
        assert not done
        journal.gate.set()
        assert (await request).status_code == 204


async def test_what_the_journal_does_not_take_is_not_acknowledged():
    journal = FakeJournal()
    journal.error = JournalUnavailableError("disk full at /secret/path", retry_after=2.5)
    client, status = serve(journal)
    async with client:
        response = await client.post("/ingest/city", content=b"x", headers=BEARER)
    assert_problem(response, 503)
    assert response.headers["retry-after"] == "3"
    assert "/secret/path" not in response.text
    assert (status["city"].received, dict(status["city"].rejected)) == (0, {503: 1})


async def test_nobody_learns_whether_source_or_token_is_wrong():
    journal = FakeJournal()
    client, status = serve(journal)
    async with client:
        answers = [
            await client.post("/ingest/city", content=b"x"),
            await client.post("/ingest/city/up", content=b"x", headers={"Authorization": "Bearer wrong"}),
            await client.post("/ingest/nowhere", content=b"x", headers=BEARER),
            await client.post("/ingest/city", content=b"x" * (2 << 20), headers={"X-Api-Key": "wrong"}),
        ]
    first = assert_problem(answers[0], 401)
    assert all(assert_problem(answer, 401) == first for answer in answers)
    assert len({tuple(sorted(answer.headers.items())) for answer in answers}) == 1
    assert "Bearer" in answers[0].headers["www-authenticate"]
    assert not journal.entries
    assert (status["city"].rejected[401], status[""].rejected[401]) == (3, 1)


async def test_the_body_of_a_stranger_is_never_read():
    async def body():
        raise AssertionError("was read")
        yield b""

    client, _ = serve(FakeJournal())
    async with client:
        assert_problem(await client.post("/ingest/city", content=body()), 401)


async def test_a_device_posts_for_itself_only(tmp_path):
    file = tmp_path / "devices"
    file.write_text(f"pegel-7 {sha256(b'device-token').hexdigest()}\n")
    journal = FakeJournal()
    client, _ = serve(journal, {"nbiot": source(token={}, device_tokens=str(file))})
    auth = {"Authorization": "Basic " + base64.b64encode(b"pegel-7:device-token").decode()}
    async with client:
        assert (await client.post("/ingest/nbiot/pegel-7", content=b"1", headers=auth)).status_code == 204
        for path in ("", "/", "/pegel-8", "/pegel-7/pegel-8", "/pegel-8/pegel-7", "/pegel-7%2Fpegel-8"):
            assert_problem(await client.post(f"/ingest/nbiot{path}", content=b"1", headers=auth), 401)
    assert [entry.topic for entry in journal.entries] == ["/pegel-7"]


async def test_the_body_limit_holds_for_what_is_declared_sent_and_unpacked():
    journal = FakeJournal()
    client, status = serve(journal, {"city": source(max_body=1000)})
    gz = {**BEARER, "Content-Encoding": "gzip"}
    async with client:
        post = client.post
        assert (await post("/ingest/city", content=b"x" * 1000, headers=BEARER)).status_code == 204
        assert (await post("/ingest/city", content=gzip.compress(b"x" * 1000), headers=gz)).status_code == 204
        assert_problem(await post("/ingest/city", content=b"x" * 1001, headers=BEARER), 413)
        assert_problem(await post("/ingest/city", content=chunks(b"x" * 600, b"x" * 401), headers=BEARER), 413)
        lie = {**BEARER, "Content-Length": "5"}
        assert_problem(await post("/ingest/city", content=chunks(b"x" * 600, b"x" * 401), headers=lie), 413)
        assert_problem(await post("/ingest/city", content=gzip.compress(b"x" * 1001), headers=gz), 413)
        assert_problem(await post("/ingest/city", content=gzip.compress(b"\0" * (50 << 20)), headers=gz), 413)
        two = gzip.compress(b"x" * 600) * 2
        assert_problem(await post("/ingest/city", content=two, headers=gz), 413)
    assert [len(entry.body) for entry in journal.entries] == [1000, 1000]
    assert status["city"].rejected == {413: 6}


async def test_a_length_declared_too_large_is_refused_before_anything_is_read():
    async def body():
        raise AssertionError("was read")
        yield b""

    client, _ = serve(FakeJournal(), {"city": source(max_body=10)})
    async with client:
        for length in ("11", "9" * 400):
            response = await client.post("/ingest/city", content=body(), headers={**BEARER, "Content-Length": length})
            assert_problem(response, 413)


async def test_gzip_is_journalled_unpacked_whatever_the_chunks():
    journal = FakeJournal()
    client, _ = serve(journal)
    packed = gzip.compress(b'{"a":1}') + gzip.compress(b" ")
    async with client:
        body = chunks(*(packed[i : i + 1] for i in range(len(packed))))
        headers = {**BEARER, "Content-Encoding": " GZIP"}
        assert (await client.post("/ingest/city", content=body, headers=headers)).status_code == 204
    assert journal.entries[0].body == b'{"a":1} '


@pytest.mark.parametrize(
    "body",
    [b"plain", gzip.compress(b"cut", mtime=0)[:-1], gzip.compress(b"ok", mtime=0) + b"trailing", b""],
    ids=["plain", "cut", "trailing", "empty"],
)
async def test_broken_gzip_is_refused(body):
    client, _ = serve(FakeJournal())
    async with client:
        headers = {**BEARER, "Content-Encoding": "gzip"}
        assert_problem(await client.post("/ingest/city", content=body, headers=headers), 400)


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "zstd", "ä".encode()])
async def test_other_encodings_are_refused_with_those_that_are_understood(encoding):
    client, _ = serve(FakeJournal())
    async with client:
        response = await client.post("/ingest/city", content=b"x", headers={**BEARER, "Content-Encoding": encoding})
    assert_problem(response, 415)
    assert "gzip" in response.headers["accept-encoding"]


async def test_an_empty_message_is_refused():
    client, _ = serve(FakeJournal())
    async with client:
        assert_problem(await client.post("/ingest/city", headers=BEARER), 400)


async def test_each_token_has_its_own_rate(tmp_path):
    file = tmp_path / "devices"
    file.write_text("".join(f"{name} {sha256(name.encode()).hexdigest()}\n" for name in ("a", "b")))
    now = 0.0
    client, _ = serve(
        FakeJournal(), {"nbiot": source(device_tokens=str(file), rate=0.5, burst=2)}, monotonic=lambda: now
    )

    async def post(name):
        return await client.post(f"/ingest/nbiot/{name}", content=b"1", headers={"X-Api-Key": name})

    async with client:
        assert [(await post("a")).status_code for _ in range(3)] == [204, 204, 429]
        response = await post("a")
        assert_problem(response, 429)
        assert response.headers["retry-after"] == "2"
        assert (await post("b")).status_code == 204
        now = 2.0
        assert [(await post("a")).status_code for _ in range(2)] == [204, 429]


async def test_a_flood_of_wrong_tokens_does_not_touch_the_rate_of_the_right_one():
    client, _ = serve(FakeJournal(), {"city": source(rate=1, burst=1)}, monotonic=lambda: 0.0)
    async with client:
        for _ in range(20):
            assert (await client.post("/ingest/city", content=b"1", headers={"X-Api-Key": "no"})).status_code == 401
        assert (await client.post("/ingest/city", content=b"1", headers=BEARER)).status_code == 204


async def test_more_requests_at_once_than_allowed_are_sent_away_and_the_slots_come_back():
    journal = FakeJournal()
    journal.gate = asyncio.Event()
    client, _ = serve(journal, max_concurrent=2)
    async with client:
        posts = [asyncio.create_task(client.post("/ingest/city", content=b"1", headers=BEARER)) for _ in range(3)]
        done, waiting = await asyncio.wait(posts, return_when=asyncio.FIRST_COMPLETED)
        assert_problem(done.pop().result(), 503)
        journal.gate.set()
        assert [task.result().status_code for task in (await asyncio.wait(waiting))[0]] == [204, 204]
        assert (await client.post("/ingest/city", content=b"1", headers=BEARER)).status_code == 204


async def test_a_body_that_never_ends_times_out():
    async def body():
        yield b"{"
        await asyncio.Event().wait()

    client, _ = serve(FakeJournal(), body_timeout=0.02)
    async with client:
        assert_problem(await client.post("/ingest/city", content=body(), headers=BEARER), 408)


async def test_a_connection_that_breaks_within_the_body_leaves_no_entry():
    journal = FakeJournal()
    router = create_ingest_router({"city": source()}, journal)
    app = FastAPI(openapi_url=None)
    app.include_router(router)
    await call(app, "POST", "/ingest/city", headers=[(b"x-api-key", TOKEN.encode())], chunks=[b"{"], disconnect=True)
    assert not journal.entries
    assert router.status["city"].rejected == {400: 1}


@pytest.mark.parametrize("path", ["/a%3Fevent=up", "/a%00b", "/a%0Db", "/a%23", "/a%25b"])
async def test_a_path_that_could_be_mistaken_for_another_topic_is_refused(path):
    client, _ = serve(FakeJournal())
    async with client:
        assert_problem(await client.post(f"/ingest/city{path}", content=b"1", headers=BEARER), 400)


async def test_long_paths_and_queries_are_refused():
    client, _ = serve(FakeJournal())
    async with client:
        for path in ("/" + "a" * 513, "?q=" + "a" * 2048):
            assert_problem(await client.post(f"/ingest/city{path}", content=b"1", headers=BEARER), 414)


def test_a_source_that_anybody_could_write_to_refuses_to_start():
    with pytest.raises(ConfigError):
        create_ingest_router({"city": source(token={})}, FakeJournal())


NAMES = st.sampled_from(
    [b"content-encoding", b"content-type", b"content-length", b"x-api-key", b"authorization", b"expect"]
)
VALUES = st.binary(max_size=30) | st.sampled_from(
    [b"gzip", b"identity", b"-1", b"1e9", b"Basic ????", b"Basic /w==", b"Bearer", b"0", TOKEN.encode()]
)
BODIES = (
    st.binary(max_size=200)
    | st.binary(max_size=50).map(gzip.compress)
    | st.recursive(st.none() | st.floats() | st.text(), lambda x: st.lists(x, max_size=3)).map(
        lambda x: json.dumps(x).encode()
    )
)


@given(
    method=st.sampled_from(["POST", "POST", "POST", "GET", "PUT", "X"]),
    path=st.text(max_size=30),
    query=st.binary(max_size=30),
    headers=st.lists(st.tuples(NAMES, VALUES), max_size=4),
    chunks=st.lists(BODIES, max_size=3),
    disconnect=st.booleans(),
)
async def test_no_request_gets_anything_but_a_declared_answer(method, path, query, headers, chunks, disconnect):
    journal = FakeJournal()
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    app.include_router(create_ingest_router({"city": source(max_body=100)}, journal))
    headers = [*headers, (b"x-api-key", TOKEN.encode())]
    answer = await call(
        app, method, f"/ingest/city/{path}", query=query, headers=headers, chunks=chunks, disconnect=disconnect
    )
    assert answer.status in DECLARED
    assert len(journal.entries) == (answer.status == 204)
    if answer.status not in (204, 404, 405):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status
        assert TOKEN.encode() not in answer.body
