"""`/v1/areas`, `/v1/sites`, `/v1/quantities`: what there is to ask for."""

# ruff: noqa: E501 - a description stands in one line, German and English

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter
from shapely.geometry import mapping
from starlette.requests import Request
from starlette.responses import Response

from gateway.aggregation.rules import estimator
from gateway.aggregator.query import Figures
from gateway.api.blocking import Blocking
from gateway.api.parameters import (
    Parameter,
    ParameterError,
    answer_format,
    calendar_day,
    fault,
    invalid,
    read_parameters,
)
from gateway.areas.model import Area
from gateway.problems import Kind, documented
from gateway.quantities import QUANTITIES
from gateway.quantities import Kind as Behaviour

_FORMAT = answer_format("json", "geojson")
AREAS = (
    Parameter(name="level", read=str, description="Nur diese Ebene. Only this level.", example="quartier"),
    Parameter(name="on", read=calendar_day, description="Grenzen dieses Tages; ohne: alle Fassungen. Boundaries of that day; absent: every version.",
              example="2026-06-01"),
    _FORMAT,
)  # fmt: skip


def add_places(router: APIRouter, figures: Figures, blocking: Blocking) -> None:
    """Add the routes."""

    async def areas(request: Request) -> Response:
        values = read_parameters(request.query_params, AREAS)
        levels = sorted({area.level for area in figures.areas})
        if values["level"] is not None and values["level"] not in levels:
            listed = ", ".join(levels)
            raise invalid(
                fault("level", values["level"], ParameterError(f"Ebenen sind: {listed}.", f"Levels are: {listed}."))
            )
        return await blocking(_areas, figures, values)

    async def sites(request: Request) -> Response:
        values = read_parameters(request.query_params, (_FORMAT,))
        return await blocking(_sites, figures, values["format"])

    async def quantities(request: Request) -> Response:
        read_parameters(request.query_params, ())
        return _json({"meta": {"count": len(QUANTITIES)}, "data": quantity_rows(), "next": None})

    for path, endpoint, summary, parameters in (
        ("/v1/areas", areas, "Gebiete mit ihren Grenzen (areas with their boundaries)", AREAS),
        ("/v1/sites", sites, "Standorte (sites)", (_FORMAT,)),
        ("/v1/quantities", quantities, "Messgrößen des Vokabulars (quantities of the vocabulary)", ()),
    ):
        router.add_api_route(
            path, endpoint, methods=["GET"], response_class=Response, response_model=None, summary=summary,
            responses={200: {"description": "ok"}, **documented(Kind.INVALID)},
            openapi_extra={"parameters": [parameter.openapi() for parameter in parameters]},
        )  # fmt: skip


def area_row(area: Area) -> dict[str, Any]:
    """One version of an area without its shape."""
    return {
        "area_id": area.id, "level": area.level, "number": area.number, "area_name": area.name,
        "parent": area.parent or None, "valid_from": area.start and area.start.isoformat(),
        "valid_to": area.stop and area.stop.isoformat(), "schematic": area.schematic,
        "number_confirmed": area.number_confirmed,
    }  # fmt: skip


def quantity_rows() -> list[dict[str, Any]]:
    """The vocabulary."""
    return [
        {
            "quantity": each.id, "unit": each.unit, "kind": each.kind.value, "de": each.de, "en": each.en,
            "estimator": None if each.kind in {Behaviour.POSITION, Behaviour.TECHNICAL} else estimator(each.id),
            "cf": each.cf or None, "eionet": each.eionet or None,
        }
        for each in QUANTITIES.values()
    ]  # fmt: skip


def site_rows(figures: Figures) -> list[dict[str, Any]]:
    """Sites with their areas and quantities. Of somebody's home or garden only the areas are told, not the place.

    Where only some may be published, those are listed of which single values may be, with these quantities.
    """
    plan = figures.plan
    fine = figures.at_site()
    quantities: dict[str, set[str]] = {}
    areas: dict[str, set[str]] = {}
    if plan is not None:
        for site, quantity in plan.points.select("site", "quantity").iter_rows():
            if fine is None or fine(site, quantity):
                quantities.setdefault(site, set()).add(quantity)
        for site, area in (
            plan.memberships.join(plan.points.select("point", "site"), on="point")
            .select("site", "area")
            .unique()
            .iter_rows()
        ):
            areas.setdefault(site, set()).add(area)
    return [
        {
            "site_id": site.id, "name": None if site.private else site.name or site.id,
            "longitude": None if site.private else site.longitude, "latitude": None if site.private else site.latitude,
            "height": None if site.private else site.height, "siting": site.siting or None, "private": site.private,
            "areas": sorted(areas.get(site.id, ())), "quantities": sorted(quantities.get(site.id, ())),
        }
        for site in figures.sites
        if fine is None or site.id in quantities
    ]  # fmt: skip


def _areas(figures: Figures, values: dict[str, Any]) -> Response:
    chosen = [
        area for area in figures.areas
        if values["level"] in {None, area.level} and (values["on"] is None or area.holds(values["on"]))
    ]  # fmt: skip
    meta = {"count": len(chosen), "levels": sorted({area.level for area in figures.areas}),
            "schematic": any(area.schematic for area in chosen)}  # fmt: skip
    if values["format"] == "json":
        return _json({"meta": meta, "data": [area_row(area) for area in chosen], "next": None})
    found = [
        {"type": "Feature", "id": area.id, "geometry": mapping(area.geometry), "properties": area_row(area)}
        for area in chosen
    ]
    return _geojson(found, meta)


def _sites(figures: Figures, format_: str) -> Response:
    rows = site_rows(figures)
    meta = {"count": len(rows)}
    if format_ == "json":
        return _json({"meta": meta, "data": rows, "next": None})
    return _geojson(
        [
            {"type": "Feature", "id": each["site_id"], "properties": each,
             "geometry": None if each["longitude"] is None
             else {"type": "Point", "coordinates": [each["longitude"], each["latitude"]]}}
            for each in rows
        ],
        meta,
    )  # fmt: skip


def _json(body: dict[str, Any]) -> Response:
    return Response(msgspec.json.encode(body), media_type="application/json")


def _geojson(found: list[dict[str, Any]], meta: dict[str, Any]) -> Response:
    body = {"type": "FeatureCollection", "features": found, "meta": meta}
    return Response(msgspec.json.encode(body), media_type="application/geo+json")
