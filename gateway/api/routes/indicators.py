"""`/v1/indicators`: what law and city hall ask of the figures, answered with yes, no or unknown."""

# ruff: noqa: E501 - a description stands in one line, German and English

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.aggregation.calendar import DayBasis, to_datetime
from gateway.aggregator.indicators import catalogue
from gateway.aggregator.query import Figures, TooMuchError, method_version
from gateway.api.blocking import Blocking
from gateway.api.formats.aggregates import Named
from gateway.api.parameters import Parameter, known_as, read_parameters
from gateway.api.questions import RANGE, WHERE, Faults, name_list, read_range, read_where
from gateway.api.times import format_utc
from gateway.problems import Kind, ProblemError, documented

PATH = "/v1/indicators"


PARAMETERS = (
    Parameter(name="indicator", read=name_list(known_as("kein Indikator", "no indicator", catalogue)), example="summer_day,pm2_5_day_who",
              description="Indikatoren, durch Komma getrennt; ohne: das Verzeichnis. Indicators; absent: the list of them."),
    *WHERE, *RANGE,
)  # fmt: skip


def add_indicators(router: APIRouter, figures: Figures, blocking: Blocking, clock: Callable[[], int]) -> None:
    """Add the route."""

    async def indicators(request: Request) -> Response:
        values = read_parameters(request.query_params, PARAMETERS)
        if values["indicator"] is None:
            return _json(_catalogue(), {})
        faults = Faults(values)
        start, stop = read_range(faults, clock(), "month")
        read_where(values, faults, figures)
        faults.check()
        try:
            rows = await blocking(_rows, figures, values, start, stop)
        except TooMuchError as error:
            raise ProblemError(Kind.INVALID, error.de, error.en) from None
        return _json(rows, {"from": format_utc(start), "to": format_utc(stop), "method_version": method_version(),
                            "rule": "worst_site"})  # fmt: skip

    router.add_api_route(
        PATH, indicators, methods=["GET"], response_class=Response, response_model=None,
        summary="Indikatoren je Gebiet: ja, nein, unbekannt (indicators by area)",
        responses={200: {"description": "ok"}, **documented(Kind.URI_TOO_LONG, Kind.INVALID, Kind.UNAVAILABLE)},
        openapi_extra={"parameters": [parameter.openapi() for parameter in PARAMETERS]},
    )  # fmt: skip


def _catalogue() -> list[dict[str, Any]]:
    return [
        {
            "indicator": each.id, "de": each.de, "kind": each.kind, "quantity": each.quantity, "unit": each.unit,
            "source": each.source,
            "limit": each.limit.value if each.limit else None,
            "allowed": each.limit.allowed if each.limit else None,
            "valid_from": each.limit.valid_from.isoformat() if each.limit else None,
            "valid_to": each.limit.valid_to.isoformat() if each.limit and each.limit.valid_to else None,
        }
        for each in catalogue().values()
    ]  # fmt: skip


def _rows(figures: Figures, values: dict[str, Any], start: int, stop: int) -> list[dict[str, Any]]:
    named = Named(figures.areas)
    day = to_datetime(start, DayBasis.BERLIN).date()
    rows = []
    for name in values["indicator"]:
        indicator = catalogue()[name]
        in_force = indicator.limit is None or indicator.limit.holds(day)
        for area, judged in figures.judge(indicator, values["area"], values["level"], start, stop):
            version = named.at(area, day)
            found = judged.finding
            rows.append({
                "area_id": area, "area_name": version.name if version else area, "indicator": name,
                "quantity": indicator.quantity, "unit": indicator.unit, "in_force": in_force,
                "answer": found.answer if found else None, "count": found.count if found else None,
                "bound": found.bound if found else None, "missing": found.missing if found else None,
                "value": found.value if found else None, "status": judged.status, "n_sites": judged.n_sites,
            })  # fmt: skip
    return rows


def _json(rows: list[dict[str, Any]], meta: dict[str, Any]) -> Response:
    body = {"meta": {"count": len(rows), **meta}, "data": rows, "next": None}
    return Response(msgspec.json.encode(body), media_type="application/json")
