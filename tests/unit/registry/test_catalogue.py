"""The catalogue, read back by an independent RDF library, holds what DCAT-AP.de 2.0 asks for."""

from __future__ import annotations

import json
import warnings
from importlib.util import find_spec
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.config import CatalogueSettings
from gateway.registry.catalogue import Iri, Text, catalogue, json_ld, turtle
from gateway.registry.model import Owner, Source
from tests.conftest import require

SETTINGS = CatalogueSettings(
    base="https://daten.example.de/catalog", publisher="Stadt Wuppertal", contact="iot@example.de"
)
SOURCES = [
    Source(
        id="air", title='Luft "innen & außen"', description="Zeile 1\nZeile 2 \\ Ende", purpose="Luftqualität",
        legal_basis="§ 3 DSG NRW", controller="Umweltamt", privacy="public", keywords=("Luft", "PM2.5"),
        themes=("ENVI", "HEAL"), status="active", approved_at=1_780_000_000 * 10**9, changed_at=1_790_000_000 * 10**9,
        owner="umwelt", licence="http://dcat-ap.de/def/licenses/dl-zero-de/2.0",
    ),
    Source(id="new source/ü", title="Neu", status="proposed", dpia="DSFA 7", purpose="Zählung"),
    Source(id="homes", title="Wohnungen", status="active", privacy="personal"),
    Source(id="old", title="Alt", status="retired"),
    Source(id="noise", title="Lärm", status="approved", contact="https://example.de/kontakt formular"),
]  # fmt: skip
OWNERS = {"umwelt": Owner(id="umwelt", name="Umweltamt")}


def read(text: str, format_: str) -> Any:
    require("rdflib", find_spec("rdflib") is not None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's own deprecations
        from rdflib import Graph

        return Graph().parse(data=text, format=format_)


def both(triples) -> tuple[Any, Any]:
    return read(turtle(triples), "turtle"), read(json_ld(triples), "json-ld")


def same(one: Any, other: Any) -> bool:
    from rdflib.compare import isomorphic

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return bool(isomorphic(one, other))


def ask(graph: Any, query: str) -> list[tuple[str, ...]]:
    prefixes = (
        "prefix dcat: <http://www.w3.org/ns/dcat#> prefix dct: <http://purl.org/dc/terms/> "
        "prefix dcatde: <http://dcat-ap.de/def/dcatde/> prefix foaf: <http://xmlns.com/foaf/0.1/> "
        "prefix vcard: <http://www.w3.org/2006/vcard/ns#> "
    )
    return sorted(tuple(map(str, row)) for row in graph.query(prefixes + query))


def test_both_forms_say_the_same():
    one, other = both(catalogue(SETTINGS, SOURCES, OWNERS, public=False))
    assert len(one) > 100
    assert same(one, other)


def test_only_what_may_be_published_is_public():
    public, _ = both(catalogue(SETTINGS, SOURCES, OWNERS))
    titles = [row[0] for row in ask(public, "select ?t {?d a dcat:Dataset; dct:title ?t}")]
    assert titles == ['Luft "innen & außen"', "Lärm"]
    assert "Zählung" not in turtle(catalogue(SETTINGS, SOURCES, OWNERS))
    internal, _ = both(catalogue(SETTINGS, SOURCES, OWNERS, public=False))
    assert len(ask(internal, "select ?d {?d a dcat:Dataset}")) == 5
    assert "Status: proposed" in json_ld(catalogue(SETTINGS, SOURCES, OWNERS, public=False))
    # What is not approved is described, and has no way to its data.
    assert len(ask(internal, "select distinct ?d {?d dcat:distribution ?x}")) == 3


@pytest.mark.parametrize(
    ("class_", "needed"),
    [
        ("dcat:Catalog", ["dct:title", "dct:description", "dct:publisher", "dcat:dataset"]),
        ("dcat:Dataset", ["dct:title", "dct:description", "dct:publisher", "dcatde:contributorID", "dcat:contactPoint",
                          "dcat:theme", "dct:identifier", "dcat:distribution", "dcat:landingPage"]),
        ("dcat:Distribution", ["dcat:accessURL", "dct:license", "dct:title", "dct:format"]),
        ("foaf:Agent", ["foaf:name"]),
        ("vcard:Kind", ["vcard:fn"]),
    ],
)  # fmt: skip
def test_mandatory_properties_are_there(class_: str, needed: list[str]):
    graph, _ = both(catalogue(SETTINGS, SOURCES, OWNERS))
    things = ask(graph, f"select ?x {{?x a {class_}}}")
    assert things
    for name in needed:
        assert ask(graph, f"select distinct ?x {{?x a {class_}; {name} ?y}}") == things, name


def test_conventions_of_govdata():
    graph, _ = both(catalogue(SETTINGS, SOURCES, OWNERS))
    contacts = ask(graph, "select ?c {?d dcat:contactPoint ?c. ?c vcard:hasEmail|vcard:hasURL ?x}")
    assert len(contacts) == 2
    for (licence,) in ask(graph, "select distinct ?l {?d a dcat:Distribution; dct:license ?l}"):
        assert licence.startswith("http://dcat-ap.de/def/licenses/")
    assert ask(graph, "select distinct ?i {?d dcatde:contributorID ?i}") == [
        ("http://dcat-ap.de/def/contributors/openNRW",)
    ]
    assert {row[0] for row in ask(graph, "select ?n {?d a dcat:Dataset; dct:publisher ?p. ?p foaf:name ?n}")} == {
        "Umweltamt", "Stadt Wuppertal",
    }  # fmt: skip


def test_the_settings_licence_holds_where_a_source_names_none():
    text = json.loads(json_ld(catalogue(SETTINGS, SOURCES)))
    noise = next(node for node in text["@graph"] if node["@id"].endswith("noise#csv"))
    assert noise["dct:license"] == [{"@id": "http://dcat-ap.de/def/licenses/cc-by/4.0"}]


@settings(max_examples=40)
@given(st.text(max_size=40), st.text(max_size=20), st.sampled_from(["de", ""]))
def test_any_text_survives(text: str, address: str, language: str):
    require("rdflib", find_spec("rdflib") is not None)
    import rdflib

    text = "".join(c for c in text if c == "\n" or (c.isprintable() and c != "\r"))
    triples = [(Iri(f"http://e/{address}"), "dct:title", Text(text, language))]
    for graph in both(triples):
        ((_, _, found),) = list(graph)
        assert found == rdflib.Literal(text, lang=language or None)
