"""`/v1/burden`: where environmental and social burden coincide, by a declared method over figures and registers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.api.blocking import Blocking
from gateway.api.formats.rows import answer
from gateway.api.joining import WINDOW, Joining, problem
from gateway.api.parameters import DIALECT, Parameter, answer_format, calendar_day, plain_text, read_parameters
from gateway.atlas.burden import burden
from gateway.atlas.burdens import BurdenMethod
from gateway.atlas.errors import AtlasError, text
from gateway.atlas.joint.cautions import cautions
from gateway.atlas.joint.columns import Column, Place
from gateway.atlas.joint.table import described, frame, suppressed, wide
from gateway.problems import Kind, documented

BURDEN = (
    Parameter(name="method", read=plain_text(100), required=True, example="mehrfachbelastung",
              description="Deklarierte Methode. Declared method."),
    Parameter(name="stichtag", read=calendar_day, required=True, schema={"type": "string", "format": "date"},
              description="Stichtag der Register. Reference date of the registers."),
    *WINDOW,
    answer_format("json", "csv"),
    DIALECT,
)  # fmt: skip


def add_burden(router: APIRouter, joining: Joining, blocking: Blocking, clock: Callable[[], int]) -> None:
    """Add the route."""

    async def route(request: Request) -> Response:
        query = read_parameters(request.query_params, BURDEN)
        rows, meta, hidden = await blocking(_computed, joining, query, clock())
        asked = f"{request.url.path}?{request.url.query}"
        await blocking(joining.registers.log_query, "public", asked, hidden)
        return answer(rows, query, meta, "mehrfachbelastung")

    router.add_api_route(
        "/v1/burden", route, methods=["GET"], response_class=Response, response_model=None,
        summary="Mehrfachbelastung (where environmental and social burden coincide)",
        responses=documented(Kind.INVALID, Kind.UNAVAILABLE),
        openapi_extra={"parameters": [parameter.openapi() for parameter in BURDEN]},
    )  # fmt: skip


def _method(joining: Joining, name: str) -> BurdenMethod:
    known = joining.registers.definitions.burdens
    if name not in known:
        raise problem(
            AtlasError(text(f"Methode {name!r} gibt es nicht", f"no method {name!r}") + f": {', '.join(known)}")
        )
    return known[name]


def _computed(joining: Joining, query: Mapping[str, Any], now: int) -> tuple[list[dict[str, Any]], dict[str, Any], int]:
    method = _method(joining, query["method"])
    stand = query["stichtag"]
    sides: list[dict[str, float]] = [{}, {}]
    columns: list[Column] = []
    for entry in method.environment:
        column = joining.one(f"{entry.quantity}.{entry.stat}", query, now)
        columns.append(column)
        sides[0][column.id] = float(entry.weight)
    for each in method.social:
        column = joining.one(f"{each.indicator}@{stand}", query, now)
        columns.append(column)
        sides[1][column.id] = float(each.weight)
    areas = joining.areas(columns, query["level"])
    try:
        found = burden(frame(columns, areas), sides[0], sides[1], method.classes, high_share=method.high_share)
    except AtlasError as error:
        raise problem(error) from error
    computed = {row["area"]: row for row in found.table.iter_rows(named=True)}
    titles = {label.id: label.title for label in method.classes.labels}
    rows = [_row(row, computed[row["area_id"]], columns, titles, method) for row in wide(columns, areas)]
    return rows, _meta(method, found, columns, areas, query), suppressed(columns, areas)


def _row(
    joined: Mapping[str, Any],
    computed: Mapping[str, Any],
    columns: Sequence[Column],
    titles: Mapping[str, Any],
    method: BurdenMethod,
) -> dict[str, Any]:
    """What a joint table says of an area, and its way through the index."""
    excluded = computed["excluded"]
    hidden = any(joined[f"{column.id}.status"] == "confidential" for column in columns)
    title = titles.get(computed["class"])
    return {
        **joined,
        **{key: value for key, value in computed.items() if key not in {"area", "excluded"}},
        "class_title": title.de if title else None,
        "status": "ok" if not excluded else "confidential" if hidden else "excluded",
        "excluded": excluded or None,
        "method": f"{method.id} {method.version}",
    }


def _meta(
    method: BurdenMethod, found: Any, columns: Sequence[Column], areas: Mapping[Place, str], query: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "level": query["level"],
        "method": method.model_dump(mode="json", exclude_none=True),
        "n": found.n,
        "left_out": len(areas) - found.n,
        "high_above": {"environment": found.high[0], "social": found.high[1]},
        "borders": list(found.borders),
        "columns": [described(column, areas) for column in columns],
        "warnings": [asdict(each) for each in cautions(columns, list(areas))],
        "official": False,
    }
