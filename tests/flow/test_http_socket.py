"""The HTTP interface behind a real server and real sockets: what clients do that no in-memory transport shows."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
import uvicorn
from prometheus_client import CollectorRegistry

from gateway.api.app import create_app
from gateway.config import HttpSource
from gateway.model import Observation, StoreUnavailableError
from gateway.transports.http import create_ingest_router

TOKEN = "s3cret-token-of-the-source"
GOOD = f"X-Api-Key: {TOKEN}\r\n"


class Journal:
    def __init__(self):
        self.entries = []

    async def append(self, messages):
        self.entries += messages
        return len(self.entries)


class FailingStore:
    """Answers one page and is gone then."""

    def __init__(self):
        self.calls = 0

    def observations(self, device, quantity, start, stop, *, limit):  # noqa: ARG002 - the Protocol's signature
        self.calls += 1
        if self.calls > 1:
            raise StoreUnavailableError("gone")
        return [Observation(device, "", "air_temperature", start + number, 1.0, 1, -1) for number in range(limit)]


@contextlib.asynccontextmanager
async def serving(app):
    """The port of a server that ends with the block."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="off", ws="none"))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn offers a flag, no event
        await asyncio.sleep(0)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await task


@contextlib.asynccontextmanager
async def connection(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def head(reader):
    return (await reader.readuntil(b"\r\n\r\n")).decode()


@pytest.fixture
async def journal():
    return Journal()


@pytest.fixture
async def port(journal):
    source = HttpSource.model_validate(
        {"type": "http", "format": "plain", "token": {"value": TOKEN}, "max_body": 100_000}
    )
    app = create_app(
        checks={},
        registry=CollectorRegistry(),
        store=FailingStore(),
        ingest=create_ingest_router({"city": source}, journal),
    )
    async with serving(app) as port:
        yield port


async def test_one_connection_carries_many_messages(port, journal):
    async with connection(port) as (reader, writer):
        for number in range(3):
            body = f"{number}"
            writer.write(f"POST /ingest/city HTTP/1.1\r\nHost: x\r\n{GOOD}Content-Length: 1\r\n\r\n{body}".encode())
            assert (await head(reader)).startswith("HTTP/1.1 204")
    assert [entry.body for entry in journal.entries] == [b"0", b"1", b"2"]


async def test_a_stranger_is_answered_before_the_body_is_sent(port, journal):
    async with connection(port) as (reader, writer):
        writer.write(b"POST /ingest/city HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n\r\n")
        assert (await head(reader)).startswith("HTTP/1.1 401")
    assert not journal.entries


async def test_a_body_that_is_too_large_ends_the_connection(port, journal):
    async with connection(port) as (reader, writer):
        writer.write(f"POST /ingest/city HTTP/1.1\r\nHost: x\r\n{GOOD}Transfer-Encoding: chunked\r\n\r\n".encode())
        for _ in range(3):
            writer.write(b"c350\r\n" + b"x" * 50_000 + b"\r\n")
        assert (await head(reader)).startswith("HTTP/1.1 413")
        with contextlib.suppress(ConnectionError):
            await reader.read()
    assert not journal.entries


async def test_a_client_that_waits_for_leave_to_send_gets_it_only_with_a_token(port, journal):
    async with connection(port) as (reader, writer):
        writer.write(
            f"POST /ingest/city HTTP/1.1\r\nHost: x\r\n{GOOD}Expect: 100-continue\r\nContent-Length: 1\r\n\r\n".encode()
        )
        assert (await head(reader)).startswith("HTTP/1.1 100")
        writer.write(b"1")
        assert (await head(reader)).startswith("HTTP/1.1 204")
    async with connection(port) as (reader, writer):
        writer.write(b"POST /ingest/city HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")
        assert (await head(reader)).startswith("HTTP/1.1 401")


async def test_a_client_that_goes_within_its_body_leaves_nothing(port, journal):
    async with connection(port) as (_, writer):
        writer.write(f"POST /ingest/city HTTP/1.1\r\nHost: x\r\n{GOOD}Content-Length: 50\r\n\r\nhalf".encode())
        await writer.drain()
    async with connection(port) as (reader, writer):
        writer.write(f"POST /ingest/city HTTP/1.1\r\nHost: x\r\n{GOOD}Content-Length: 1\r\n\r\n1".encode())
        assert (await head(reader)).startswith("HTTP/1.1 204")
    assert [entry.body for entry in journal.entries] == [b"1"]


async def test_a_download_that_breaks_cannot_be_taken_for_a_whole_one(port):
    async with connection(port) as (reader, writer):
        writer.write(b"GET /v1/observations?device=d&format=csv HTTP/1.1\r\nHost: x\r\n\r\n")
        assert "transfer-encoding: chunked" in (await head(reader)).lower()
        body = await reader.read()
    assert body.count(b"air_temperature") == 5000
    assert not body.endswith(b"0\r\n\r\n")
