"""`/v1/indicators`: what law and city hall ask of the figures, answered with yes, no or unknown."""

# ruff: noqa: E501 - a description stands in one line, German and English

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.aggregation.calendar import DayBasis, to_datetime
from gateway.aggregation.indicators.air import Limit
from gateway.aggregation.rules import capture, capture_names, read
from gateway.aggregator.indicators import catalogue
from gateway.aggregator.judging import Judged
from gateway.aggregator.query import Figures
from gateway.aggregator.question import TooMuchError, method_version
from gateway.api.blocking import Blocking
from gateway.api.faults import Faults
from gateway.api.formats.aggregates import Named
from gateway.api.formats.rows import answer
from gateway.api.parameters import DIALECT, Parameter, answer_format, known_as, one_of, read_parameters
from gateway.api.questions import RANGE, WHERE, name_list, read_range, read_where
from gateway.api.times import format_utc
from gateway.problems import Kind, ProblemError, documented

PATH = "/v1/indicators"
_DATA = ("limits", "thresholds", "indices", "capture")


PARAMETERS = (
    Parameter(name="indicator", read=name_list(known_as("kein Indikator", "no indicator", catalogue)), example="summer_day,pm2_5_day_who",
              description="Indikatoren, durch Komma getrennt; ohne: das Verzeichnis. Indicators; absent: the list of them."),
    *WHERE, *RANGE,
    Parameter(name="capture", read=one_of(*capture_names()), schema={"type": "string", "enum": list(capture_names())},
              description="Regel der Mindestabdeckung; ohne: die des Indikators. Rule of least capture; absent: the indicator's own."),
    Parameter(name="as_of", read=str, example="2026-06-15T00:00:00Z",
              description="Stand zu diesem Zeitpunkt. As the figures stood then."),
    answer_format("json", "csv"), DIALECT,
)  # fmt: skip


def add_indicators(router: APIRouter, figures: Figures, blocking: Blocking, clock: Callable[[], int]) -> None:
    """Add the route."""

    async def indicators(request: Request) -> Response:
        values = read_parameters(request.query_params, PARAMETERS)
        if values["indicator"] is None:
            return _answer(_catalogue(), values, {})
        faults = Faults(values)
        start, stop = read_range(faults, clock(), "month")
        read_where(values, faults, figures)
        as_of = faults.past("as_of", clock())
        faults.check()
        try:
            rows = await blocking(_rows, figures, values, start, stop, as_of)
        except TooMuchError as error:
            raise ProblemError(Kind.INVALID, error.de, error.en) from None
        return _answer(rows, values, {
            "from": format_utc(start), "to": format_utc(stop), "method_version": method_version(),
            "as_of": None if as_of is None else format_utc(as_of),
            "data_versions": {name: read(name)["version"] for name in _DATA},
        })  # fmt: skip

    router.add_api_route(
        PATH, indicators, methods=["GET"], response_class=Response, response_model=None,
        summary="Indikatoren je Gebiet: ja, nein, unbekannt (indicators by area)",
        responses={200: {"description": "ok"}, **documented(Kind.URI_TOO_LONG, Kind.INVALID, Kind.UNAVAILABLE)},
        openapi_extra={"parameters": [parameter.openapi() for parameter in PARAMETERS]},
    )  # fmt: skip


def _catalogue() -> list[dict[str, Any]]:
    return [
        {
            "indicator": each.id, "de": each.de, "en": each.en, "kind": each.kind, "quantities": list(each.quantities),
            "unit": each.unit, "source": each.source, "capture": each.rule, "combine": each.combine,
            "limit": each.row.value if isinstance(each.row, Limit) else None,
            "allowed": each.row.allowed if isinstance(each.row, Limit) else None,
            "years": each.row.years if isinstance(each.row, Limit) else None,
            "consecutive": each.row.consecutive if isinstance(each.row, Limit) else None,
            "valid_from": each.valid_from.isoformat() if each.valid_from else None,
            "valid_to": each.valid_to.isoformat() if each.valid_to else None,
            "assumption": each.assumption or None,
        }
        for each in catalogue().values()
    ]  # fmt: skip


def _rows(figures: Figures, values: dict[str, Any], start: int, stop: int, as_of: int | None) -> list[dict[str, Any]]:
    named = Named(figures.areas)
    day = to_datetime(start, DayBasis.BERLIN).date()
    rows = []
    for name in values["indicator"]:
        indicator = catalogue()[name]
        rule = capture(values["capture"] or indicator.rule)
        told = {
            "indicator": name, "quantity": indicator.quantity, "unit": indicator.unit,
            "in_force": indicator.holds(day), "assumption": indicator.assumption or None,
            "combine": indicator.combine, "source": indicator.source, "capture": rule.name,
            "capture_source": rule.source, "capture_in_force": rule.in_force(day),
        }  # fmt: skip
        for area, judged in figures.judge(
            indicator, values["area"], values["level"], start, stop, rule=values["capture"], as_of=as_of
        ):
            version = named.at(area, day)
            rows.append({
                "area_id": area, "area_name": version.name if version else area, **told,
                **_found(judged), "status": judged.status, "n_sites": judged.n_sites,
            })  # fmt: skip
    return rows


def _found(judged: Judged) -> dict[str, Any]:
    """What the sites found; every member is null when it is confidential."""
    names = ("answer", "count", "bound", "missing", "value", "value_bound", "estimate", "detail")
    of_sites = ("n_sites_valid", "n_sites_met", "answers", "lowest", "median", "highest")
    together = judged.together
    if together is None:
        return dict.fromkeys((*names, "capture_met", *of_sites))
    found = together.finding
    return {
        **{name: getattr(found, name) for name in names}, "detail": _detail(found.detail), "capture_met": found.met,
        **{name: getattr(together, name) for name in of_sites},
    }  # fmt: skip


def _detail(detail: Mapping[str, Any]) -> dict[str, Any] | None:
    """Times as text."""
    latest = detail.get("latest")
    if latest:
        return dict(detail) | {"latest": latest | {"hour": format_utc(latest["hour"])}}
    return dict(detail) or None


def _answer(rows: list[dict[str, Any]], values: Mapping[str, Any], meta: dict[str, Any]) -> Response:
    """JSON, or CSV: there every row carries its range, and what has members of its own is written as JSON."""
    if values["format"] == "csv":
        own = {name: meta[name] for name in ("from", "to", "as_of", "method_version") if name in meta}
        rows = [own | {name: _text(value) for name, value in row.items()} for row in rows]
    return answer(rows, values, {"count": len(rows), **meta}, "indicators")


def _text(value: Any) -> Any:
    return msgspec.json.encode(value).decode() if isinstance(value, Mapping | list) else value
