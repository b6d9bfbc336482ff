import json

import httpx
import pytest
from fastapi import APIRouter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter
from starlette.responses import PlainTextResponse

from gateway.api.app import create_app
from gateway.api.guard import MAX_QUERY
from gateway.config import HttpSource
from gateway.transports.http import create_ingest_router
from tests.asgi import call

DECLARED = {200, 204, 400, 401, 404, 405, 408, 413, 414, 415, 422, 429, 503}
TOKEN = "s3cret-token-of-the-source"


class Journal:
    async def append(self, messages):
        return len(messages)


def ingest():
    source = HttpSource.model_validate({"type": "http", "format": "plain", "token": {"value": TOKEN}, "max_body": 100})
    return create_ingest_router({"city": source}, Journal())


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("POST", "/healthz", 405),
        ("GET", "/ingest/city", 405),
        ("GET", "/docs", 404),
        ("GET", "/redoc", 404),
        ("GET", "/healthz/", 404),
    ],
)
async def test_errors_of_the_router_are_problems_too(build, method, path, status):
    answer = await call(build(ingest=ingest()), method, path)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")
    body = answer.json()
    assert body["status"] == status
    assert body["detail"] != body["detail_en"]
    assert ("allow" in answer.headers) == (status == 405)


async def test_every_answer_carries_the_security_headers(build):
    for path in ("/healthz", "/nothing", "/v1/observations", "/openapi.json", "/v1/observations?device=d&format=csv"):
        answer = await call(build(), "GET", path.partition("?")[0], query=path.partition("?")[2].encode())
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-frame-options"] == "DENY"
        assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_an_unexpected_error_tells_nothing_but_where_to_look(build, capsys):
    broken = APIRouter()

    @broken.get("/broken")
    async def fail():
        raise RuntimeError("password=hunter2")

    answer = await call(build(ingest=broken), "GET", "/broken")
    assert answer.status == 500
    assert b"hunter2" not in answer.body
    assert b"RuntimeError" not in answer.body
    assert answer.json()["instance"] in capsys.readouterr().out
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_route_may_set_its_own_headers(build):
    page = APIRouter()

    @page.get("/page")
    async def serve():
        return PlainTextResponse("x", headers={"Content-Security-Policy": "default-src 'self'"})

    answer = await call(build(ingest=page), "GET", "/page")
    assert answer.headers["content-security-policy"] == "default-src 'self'"


async def test_an_address_that_is_too_long_is_refused(build):
    answer = await call(build(), "GET", "/v1/observations", query=b"device=" + b"a" * MAX_QUERY)
    assert answer.status == 414
    assert (await call(build(), "GET", "/" + "a" * 3000)).status == 414


async def test_metrics_are_those_of_the_registry_in_the_form_asked_for(build):
    registry = CollectorRegistry()
    Counter("uplinks", "Uplinks", registry=registry).inc(3)
    app = build(registry=registry)
    answer = await call(app, "GET", "/metrics")
    assert b"uplinks_total 3.0" in answer.body
    assert answer.headers["content-type"].startswith("text/plain")
    answer = await call(app, "GET", "/metrics", headers=[(b"accept", b"application/openmetrics-text; version=1.0.0")])
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert answer.body.endswith(b"# EOF\n")


async def test_the_openapi_document_names_every_parameter_and_has_examples(build):
    answer = await call(build(ingest=ingest()), "GET", "/openapi.json")
    document = answer.json()
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {"/healthz", "/readyz", "/metrics", "/v1/observations", "/ingest/{source}"}
    operation = document["paths"]["/v1/observations"]["get"]
    assert [p["name"] for p in operation["parameters"]] == [
        "device",
        "quantity",
        "from",
        "to",
        "day_basis",
        "format",
        "dialect",
        "limit",
        "cursor",
    ]
    assert operation["responses"]["200"]["content"]["application/json"]["example"]["data"]
    assert "application/problem+json" in operation["responses"]["422"]["content"]
    post = document["paths"]["/ingest/{source}"]["post"]
    assert post["security"]
    assert {"204", "401", "413", "415", "429", "503"} <= set(post["responses"])
    assert set(document["components"]["securitySchemes"]) == {"bearer", "basic", "apiKey"}
    assert len(json.dumps(document)) < 100_000


async def test_a_process_without_store_or_sources_serves_health_alone():
    app = create_app(checks={}, registry=CollectorRegistry())
    assert (await call(app, "GET", "/v1/observations")).status == 404
    assert (await call(app, "POST", "/ingest/city")).status == 404
    assert (await call(app, "GET", "/healthz")).status == 200


async def test_messages_come_in_through_the_application(build):
    transport = httpx.ASGITransport(build(ingest=ingest()), raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        response = await client.post("/ingest/city/up", content=b"x", headers={"X-Api-Key": TOKEN})
        assert response.status_code == 204
        assert response.headers["x-content-type-options"] == "nosniff"


NAMES = st.sampled_from(
    [b"accept", b"authorization", b"x-api-key", b"content-encoding", b"content-length", b"host", b"range", b"cookie"]
)
PARTS = st.sampled_from(
    [
        "device=",
        "from=",
        "to=",
        "limit=",
        "cursor=",
        "quantity=",
        "format=csv",
        "dialect=rfc",
        "&",
        "%",
        "=",
        "2026-06-01",
        "W10",
        "1",
        "a",
    ]
).map(str.encode)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(
    method=st.sampled_from(["GET", "GET", "POST", "HEAD", "OPTIONS", "\u2603"]),
    path=st.sampled_from(
        [
            "/v1/observations",
            "/v1/observations",
            "/healthz",
            "/readyz",
            "/metrics",
            "/openapi.json",
            "/ingest/city",
            "/ingest/city/up",
        ]
    )
    | st.text(max_size=30).map("/".__add__),
    query=st.binary(max_size=60) | st.lists(PARTS, max_size=12).map(b"".join),
    headers=st.lists(st.tuples(NAMES, st.binary(max_size=40) | st.just(TOKEN.encode())), max_size=4),
    chunks=st.lists(st.binary(max_size=120), max_size=3),
    disconnect=st.booleans(),
)
async def test_no_request_gets_anything_but_a_declared_answer(build, method, path, query, headers, chunks, disconnect):
    app = build(ingest=ingest())
    answer = await call(app, method, path, query=query, headers=headers, chunks=chunks, disconnect=disconnect)
    assert answer.status in DECLARED
    if answer.status >= 400 and path != "/readyz":
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status
