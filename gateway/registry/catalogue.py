"""The catalogue of sources as DCAT-AP.de 2.0, in Turtle and JSON-LD, both written from the same triples.

Which properties must be there: DCAT-AP.de 2.0 specification and conventions (GovData): for the catalogue title,
description, publisher; for a dataset title, description, publisher, contributorID, contact with e-mail or address;
for a distribution accessURL and a licence of http://dcat-ap.de/def/licenses/.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from gateway.config import CatalogueSettings
from gateway.registry.model import Owner, PrivacyClass, Source, Status, publishable

PREFIXES: Mapping[str, str] = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dcatde": "http://dcat-ap.de/def/dcatde/",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_EU = "http://publications.europa.eu/resource/authority"
_ACCESS = {PrivacyClass.PUBLIC: "PUBLIC", PrivacyClass.INTERNAL: "RESTRICTED", PrivacyClass.PERSONAL: "NON_PUBLIC"}
_FORMATS = (
    ("csv", "CSV", "text/csv"),
    ("json", "JSON", "application/json"),
    ("geojson", "GEOJSON", "application/geo+json"),
)
_ILLEGAL = re.compile(r"[\x00-\x20<>\"{}|^`\\]")


@dataclass(frozen=True, slots=True)
class Iri:
    """A thing with an address; characters that an IRI must not hold are percent-encoded."""

    value: str

    def __post_init__(self) -> None:
        clean = _ILLEGAL.sub(lambda match: quote(match[0]), self.value)
        object.__setattr__(self, "value", clean)


@dataclass(frozen=True, slots=True)
class Text:
    """A text with its language, or with its type."""

    value: str
    language: str = ""
    type: str = ""


Node = Iri | Text
Triple = tuple[Iri, str, Node]
"""Subject, property as "prefix:name", object."""


def catalogue(
    settings: CatalogueSettings, sources: Iterable[Source], owners: Mapping[str, Owner] | None = None, *,
    public: bool = True,
) -> list[Triple]:  # fmt: skip
    """The triples of the catalogue.

    Args:
        settings: what the catalogue says of itself.
        sources: all that are known.
        owners: by id, for the publishers' names.
        public: only sources that may be published; False: all of them with their status, for internal use.
    """
    base = settings.base.rstrip("/")
    chosen = [s for s in sources if not public or (publishable(s) and s.privacy != PrivacyClass.PERSONAL)]
    me, publisher = Iri(base), Iri(f"{base}/publisher")
    triples: list[Triple] = [
        (me, "rdf:type", Iri(PREFIXES["dcat"] + "Catalog")),
        (me, "dct:title", Text(settings.title, "de")),
        (me, "dct:description", Text(settings.description, "de")),
        (me, "dct:publisher", publisher),
        (me, "dct:language", Iri(f"{_EU}/language/DEU")),
        (me, "dct:license", Iri(settings.licence)),
        (me, "dcat:themeTaxonomy", Iri(f"{_EU}/data-theme")),
        *_agent(publisher, settings.publisher, settings.publisher_page),
    ]
    if settings.publisher_page:
        triples.append((me, "foaf:homepage", Iri(settings.publisher_page)))
    if changes := [s.changed_at for s in chosen if s.changed_at is not None]:
        triples.append((me, "dct:modified", _time(max(changes))))
    for source in sorted(chosen, key=lambda each: each.id):
        triples.append((me, "dcat:dataset", Iri(f"{base}/{quote(source.id, safe='')}")))
        triples.extend(_dataset(settings, source, (owners or {}).get(source.owner), public=public))
    return list(dict.fromkeys(triples))


def _agent(subject: Iri, name: str, page: str = "") -> Iterator[Triple]:
    yield subject, "rdf:type", Iri(PREFIXES["foaf"] + "Agent")
    yield subject, "foaf:name", Text(name, "de")
    if page:
        yield subject, "foaf:homepage", Iri(page)


def _dataset(settings: CatalogueSettings, source: Source, owner: Owner | None, *, public: bool) -> Iterator[Triple]:
    base = settings.base.rstrip("/")
    me = Iri(f"{base}/{quote(source.id, safe='')}")
    contact = Iri(f"{me.value}#contact")
    publisher = Iri(f"{base}/publisher")
    if owner is not None and not owner.private:
        publisher = Iri(f"{base}/owner/{quote(owner.id, safe='')}")
        yield from _agent(publisher, owner.name or owner.id)
    yield me, "rdf:type", Iri(PREFIXES["dcat"] + "Dataset")
    yield me, "dct:title", Text(source.title, "de")
    yield me, "dct:description", Text(source.description or source.purpose or source.title, "de")
    yield me, "dct:identifier", Text(source.id)
    yield me, "dct:publisher", publisher
    yield me, "dct:language", Iri(f"{_EU}/language/DEU")
    yield me, "dct:accessRights", Iri(f"{_EU}/access-right/{_ACCESS[PrivacyClass(source.privacy)]}")
    yield me, "dct:accrualPeriodicity", Iri(f"{_EU}/frequency/UPDATE_CONT")
    yield me, "dcatde:contributorID", Iri(settings.contributor)
    yield me, "dcatde:politicalGeocodingLevelURI", Iri(settings.geocoding_level)
    yield me, "dcatde:politicalGeocodingURI", Iri(settings.geocoding)
    yield me, "dcat:landingPage", Iri(settings.access or base)
    yield me, "dcat:contactPoint", contact
    yield contact, "rdf:type", Iri(PREFIXES["vcard"] + "Kind")
    yield contact, "vcard:fn", Text(source.controller or settings.publisher, "de")
    mail = source.contact or settings.contact
    if "@" in mail:
        yield contact, "vcard:hasEmail", Iri(f"mailto:{mail}")
    else:
        yield contact, "vcard:hasURL", Iri(mail or settings.publisher_page or base)
    if source.legal_basis:
        yield me, "dcatde:legalBasis", Text(source.legal_basis, "de")
    for keyword in source.keywords:
        yield me, "dcat:keyword", Text(keyword, "de")
    for theme in source.themes or ("ENVI",):
        yield me, "dcat:theme", Iri(f"{_EU}/data-theme/{theme}")
    if source.approved_at is not None:
        yield me, "dct:issued", _time(source.approved_at)
    if source.changed_at is not None:
        yield me, "dct:modified", _time(source.changed_at)
    if not public:
        for what, words in (("Status", source.status), ("Zweck", source.purpose), ("Verantwortlich", source.controller),
                            ("DSFA", source.dpia), ("freigegeben von", source.approved_by)):  # fmt: skip
            if words:
                yield me, "rdfs:comment", Text(f"{what}: {words}", "de")
    if publishable(source):
        yield from _distributions(settings, source, me)


def _distributions(settings: CatalogueSettings, source: Source, dataset: Iri) -> Iterator[Triple]:
    access = settings.access or settings.base
    for name, format_, media in _FORMATS:
        me = Iri(f"{dataset.value}#{name}")
        yield dataset, "dcat:distribution", me
        yield me, "rdf:type", Iri(PREFIXES["dcat"] + "Distribution")
        yield me, "dct:title", Text(f"{source.title} ({format_})", "de")
        yield me, "dcat:accessURL", Iri(access)
        yield me, "dct:license", Iri(source.licence or settings.licence)
        yield me, "dcatde:licenseAttributionByText", Text(settings.publisher, "de")
        yield me, "dct:format", Iri(f"{_EU}/file-type/{format_}")
        yield me, "dcat:mediaType", Iri(f"https://www.iana.org/assignments/media-types/{media}")
        availability = "AVAILABLE" if source.status == Status.ACTIVE else "EXPERIMENTAL"
        yield me, "dcatap:availability", Iri(f"{_EU}/planned-availability/{availability}")


def _time(ns: int) -> Text:
    return Text(datetime.fromtimestamp(ns // 1_000_000_000, UTC).isoformat(), type="xsd:dateTime")


# --- writing

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def turtle(triples: Sequence[Triple]) -> str:
    """The triples in Turtle (RDF 1.1), one subject after the other."""
    used = {name.partition(":")[0] for _, name, _ in triples} | {
        node.type.partition(":")[0] for _, _, node in triples if isinstance(node, Text) and node.type
    }
    lines = [f"@prefix {prefix}: <{PREFIXES[prefix]}> ." for prefix in sorted(used)]
    for subject, about in _by_subject(triples).items():
        lines += ["", f"<{subject}>"]
        lines += [f"    {'a' if name == 'rdf:type' else name} {_turtle(node)} ;" for name, node in about]
        lines.append("    .")
    return "\n".join(lines) + "\n"


def _turtle(node: Node) -> str:
    if isinstance(node, Iri):
        return f"<{node.value}>"
    escaped = "".join(
        _ESCAPES.get(char, char if char.isprintable() or char == " " else f"\\U{ord(char):08X}") for char in node.value
    )
    suffix = f"@{node.language}" if node.language else f"^^{node.type}" if node.type else ""
    return f'"{escaped}"{suffix}'


def json_ld(triples: Sequence[Triple]) -> str:
    """The triples in JSON-LD 1.1, as a flat graph."""
    graph = []
    for subject, about in _by_subject(triples).items():
        node: dict[str, Any] = {"@id": subject}
        for name, value in about:
            key = "@type" if name == "rdf:type" else name
            node.setdefault(key, []).append(value.value if key == "@type" and isinstance(value, Iri) else _json(value))
        graph.append(node)
    return json.dumps({"@context": dict(PREFIXES), "@graph": graph}, ensure_ascii=False, indent=2) + "\n"


def _json(node: Node) -> dict[str, str]:
    if isinstance(node, Iri):
        return {"@id": node.value}
    if node.language:
        return {"@value": node.value, "@language": node.language}
    return {"@value": node.value, "@type": node.type} if node.type else {"@value": node.value}


def _by_subject(triples: Iterable[Triple]) -> dict[str, list[tuple[str, Node]]]:
    found: dict[str, list[tuple[str, Node]]] = {}
    for subject, name, node in triples:
        found.setdefault(subject.value, []).append((name, node))
    return found
