"""The catalogue of sources over HTTP: both formats, chosen by Accept or by name, and only what is approved."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
from prometheus_client import CollectorRegistry
from rdflib import Graph

from gateway.api.app import create_app
from gateway.api.blocking import Blocking
from gateway.api.routes.catalogue import accepted, catalogue_router
from gateway.app.catalogue import Catalogue
from gateway.config import load
from gateway.registry.model import Source
from gateway.registry.opening import create_file
from gateway.registry.service import Registry

# rdflib's reader of JSON-LD warns of its own parts.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
MANDATORY = {
    "Catalog": ("dct:title", "dct:description", "dct:publisher", "dcat:dataset"),
    "Dataset": ("dct:title", "dct:description", "dct:publisher", "dcatde:contributorID", "dcat:contactPoint"),
    "Distribution": ("dcat:accessURL", "dct:license"),
}
"""DCAT-AP.de 2.0 and its conventions."""


@pytest.fixture
def settings(tmp_path: Path):
    return load(data_dir=tmp_path, registry={"catalogue": {"base": "https://daten.example.de/catalog"}})


@pytest.fixture
async def client(settings):
    source = Catalogue(settings)
    app = create_app(
        checks={}, registry=CollectorRegistry(), routers=[catalogue_router(source.read, Blocking())]
    )  # fmt: skip
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client:
        yield client
    source.close()


def approve(settings, id_: str, *, yes: bool = True) -> None:
    registry = Registry(create_file(settings))
    with registry.change("petra") as edit:
        edit.propose(Source(id=id_, title=f"Quelle {id_}", purpose="Luft", legal_basis="§ 3", controller="Umweltamt"))
    if yes:
        with registry.change("andrea") as edit:
            edit.approve(id_)
    registry.close()


async def test_a_city_without_registry_has_an_empty_catalogue(client):
    answer = await client.get("/v1/catalogue")
    assert answer.status_code == 200
    assert len(list(Graph().parse(data=answer.text, format="json-ld").subjects(None, None))) > 0
    assert "dcat:dataset" not in answer.text


async def test_what_is_approved_is_listed_with_all_that_dcat_ap_de_asks_for(client, settings):
    approve(settings, "air")
    approve(settings, "noise", yes=False)
    turtle = await client.get("/v1/catalogue", headers={"Accept": "text/turtle"})
    linked = await client.get("/v1/catalogue", params={"format": "jsonld"}, headers={"Accept": "text/turtle"})
    assert turtle.headers["content-type"] == "text/turtle; charset=utf-8"
    assert linked.headers["content-type"] == "application/ld+json; charset=utf-8"
    assert turtle.headers["vary"] == "Accept"
    one = Graph().parse(data=turtle.text, format="turtle")
    other = Graph().parse(data=linked.text, format="json-ld")
    assert set(one) == set(other)
    assert "noise" not in turtle.text + linked.text
    prefixes = "".join(f"prefix {name}: <{iri}> " for name, iri in json.loads(linked.text)["@context"].items())
    for kind, properties in MANDATORY.items():
        for each in properties:
            query = f"{prefixes} select ?s where {{ ?s a dcat:{kind} filter not exists {{ ?s {each} ?o }} }}"
            assert list(one.query(query)) == [], f"{kind} without {each}"
    assert len(list(one.query(f"{prefixes} select ?s where {{ ?s a dcat:Dataset }}"))) == 1


async def test_a_withdrawn_approval_takes_the_entry_away_at_once(client, settings):
    approve(settings, "air")
    assert "Quelle air" in (await client.get("/v1/catalogue")).text
    registry = Registry(create_file(settings))
    with registry.change("andrea") as edit:
        edit.retire_source("air")
    registry.close()
    assert "Quelle air" not in (await client.get("/v1/catalogue")).text


async def test_another_format_is_refused_in_words(client):
    answer = await client.get("/v1/catalogue", params={"format": "rdfxml"})
    assert answer.status_code == 422
    assert "jsonld, turtle" in answer.text


async def test_a_registry_that_cannot_be_reached_is_said(tmp_path):
    url = "postgresql://u@/x?host=/nowhere"
    source = Catalogue(load(data_dir=tmp_path, registry={"url": url}))
    app = create_app(
        checks={}, registry=CollectorRegistry(), routers=[catalogue_router(source.read, Blocking())]
    )  # fmt: skip
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client:
        assert (await client.get("/v1/catalogue")).status_code == 503


@pytest.mark.parametrize(
    ("header", "format_"),
    [
        ("", "jsonld"), ("*/*", "jsonld"), ("text/turtle", "turtle"), ("application/ld+json", "jsonld"),
        ("application/ld+json;q=0.5, text/turtle", "turtle"), ("text/turtle;q=0.1, application/json", "jsonld"),
        ("text/turtle;q=0", "jsonld"), ("text/html, application/xhtml+xml", "jsonld"), ("text/turtle;q=x", "jsonld"),
    ],
)  # fmt: skip
def test_accept_is_followed(header, format_):
    assert accepted(header) == format_
