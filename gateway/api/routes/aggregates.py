"""`/v1/aggregates`: figures of areas; and with it `/v1/areas`, `/v1/sites`, `/v1/quantities`, `/v1/indicators`."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec
import polars as pl
from fastapi import APIRouter
from shapely.geometry import mapping
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from gateway.aggregation.calendar import DayBasis, to_datetime
from gateway.aggregation.rules import capture
from gateway.aggregator.query import Figures
from gateway.aggregator.question import STATISTICS, Question, TooMuchError, estimated_rows, method_version
from gateway.api.blocking import Blocking
from gateway.api.formats.aggregates import Named, csv_head, csv_rows, features, row
from gateway.api.paging import Key, encode_cursor
from gateway.api.parameters import read_parameters
from gateway.api.questions import PARAMETERS, Asked, read_question
from gateway.api.routes.indicators import add_indicators
from gateway.api.routes.places import add_places
from gateway.api.times import ZONES, format_utc, parse_time
from gateway.problems import Kind, ProblemError, documented

PATH = "/v1/aggregates"
Row = dict[str, Any]
_PIECE = 20_000


def aggregates_router(figures: Figures, blocking: Blocking, clock: Callable[[], int] = time.time_ns) -> APIRouter:
    """The routes over figures; `clock` (ns) gives the end of an open range."""
    router = APIRouter(tags=["aggregates"])

    async def aggregates(request: Request) -> Response:
        asked = read_question(read_parameters(request.query_params, PARAMETERS), figures, clock())
        try:
            if asked.limit is None:
                return await _stream(figures, blocking, asked)
            rows, more = await blocking(page, figures, asked)
        except TooMuchError as error:
            raise ProblemError(Kind.INVALID, error.de, error.en) from None
        following = _next(PATH, dict(request.query_params), asked, rows) if more else None
        headers = {"X-Total-Estimate": str(estimate(figures, asked.question))}
        if following:
            headers["Link"] = f'<{following}>; rel="next"'
        return await blocking(_answer, figures, asked, rows, following, headers)

    router.add_api_route(
        PATH, aggregates, methods=["GET"], response_class=Response, response_model=None,
        summary="Kennzahlen je Gebiet und Zeitraum (figures by area and period)",
        responses={200: _DOCUMENTED, **documented(Kind.URI_TOO_LONG, Kind.INVALID, Kind.UNAVAILABLE)},
        openapi_extra={"parameters": [parameter.openapi() for parameter in PARAMETERS]},
    )  # fmt: skip
    add_places(router, figures, blocking)
    add_indicators(router, figures, blocking, clock)
    return router


def page(figures: Figures, asked: Asked) -> tuple[list[Row], bool]:
    """Rows of one page after the cursor, and whether more follow. Blocks."""
    limit = asked.limit or 0
    found: list[Row] = []
    begin = asked.after[0] if asked.after else None
    for piece in figures.pieces(asked.question, begin, limit + 1):
        found += shown(figures, asked.question, _after(piece, asked.after))
        if len(found) > limit:
            return found[:limit], True
    return found, False


def shown(figures: Figures, question: Question, piece: pl.DataFrame) -> list[Row]:
    """The rows of a piece as JSON objects."""
    named, zone, method = Named(figures.areas), ZONES[question.basis], method_version(question.rule)
    watermark = figures.watermark()
    days: dict[int, Any] = {}
    rows = []
    for one in piece.iter_rows(named=True):
        start = one["start"]
        if start not in days:
            days[start] = to_datetime(start, DayBasis.BERLIN).date()
        rows.append(row(one, named.at(one["area"], days[start]), zone, watermark, method))
    return rows


def estimate(figures: Figures, question: Question) -> int:
    """About how many rows the whole answer has."""
    return estimated_rows(figures.plan_as_of(question.as_of), question)


def _key(start: int, one: Mapping[str, Any]) -> Key:
    return (
        start,
        f"{'' if one['key'] is None else one['key']:>4}/{one['area']}",
        f"{one['quantity']}/{STATISTICS.index(one['stat'])}",
    )


def _after(piece: pl.DataFrame, after: Key | None) -> pl.DataFrame:
    if after is None:
        return piece
    keep = [_key(one["start"], one) > after for one in piece.iter_rows(named=True)]
    return piece.filter(pl.Series(keep, dtype=pl.Boolean))


def _next(path: str, given: dict[str, str], asked: Asked, rows: Sequence[Row]) -> str:
    last = rows[-1]
    at = parse_time(last["period_start"], "utc")
    one = {"key": last["key"], "area": last["area_id"], "quantity": last["quantity"], "stat": last["stat"]}
    question = asked.question
    # An open range is closed where the first page closed it, else the next page would be another question.
    values = given | {"from": format_utc(question.start), "to": format_utc(question.stop), "limit": str(asked.limit),
                      "cursor": encode_cursor(asked.id, _key(at, one))}  # fmt: skip
    return f"{path}?{urlencode(values)}"


def _answer(
    figures: Figures, asked: Asked, rows: list[Row], following: str | None, headers: dict[str, str]
) -> Response:
    if asked.format == "csv":
        headers["Content-Disposition"] = 'attachment; filename="aggregates.csv"'
        return Response(csv_head(asked.dialect) + csv_rows(rows, asked.dialect), headers=headers,
                        media_type="text/csv; charset=utf-8; header=present")  # fmt: skip
    meta = meta_of(figures, asked.question) | {
        "limit": asked.limit, "count": len(rows), "complete": following is None,
    }  # fmt: skip
    if asked.format == "geojson":
        names = {one["area_id"] for one in rows}
        shapes = {area.id: mapping(area.geometry) for area in figures.areas if area.id in names}
        body = {"type": "FeatureCollection", "features": features(rows, shapes), "meta": meta, "next": following}
        return Response(msgspec.json.encode(body), media_type="application/geo+json", headers=headers)
    body = {"meta": meta, "data": rows, "next": following}
    return Response(msgspec.json.encode(body), media_type="application/json", headers=headers)


def meta_of(figures: Figures, question: Question) -> Row:
    """What an answer says about itself."""
    plan = figures.plan_as_of(question.as_of)
    equipped = set(plan.memberships["area"].to_list()) if plan else set()
    asked = {
        area.id for area in figures.areas
        if (question.areas is None or area.id in question.areas)
        and (question.level is None or area.level == question.level)
    }  # fmt: skip
    return {
        "quantities": list(question.quantities), "stats": list(question.stats), "level": question.level,
        "areas": None if question.areas is None else list(question.areas), "from": format_utc(question.start),
        "to": format_utc(question.stop), "period": question.period, "day_basis": str(question.basis),
        "qc": list(question.used), "capture": question.rule, "min_coverage": question.min_coverage,
        "as_of": None if question.as_of is None else format_utc(question.as_of),
        "watermark": format_utc(max(0, figures.watermark())), "method_version": method_version(question.rule),
        "capture_rule": capture_of(question.rule),
        "areas_without_sites": sorted(asked - equipped),
        "schematic": any(area.schematic for area in figures.areas),
    }  # fmt: skip


def capture_of(name: str) -> Row:
    """What an answer says about the capture rule it used."""
    rule = capture(name)
    return {
        "name": rule.name, "source": rule.source, "valid_from": rule.valid_from.isoformat(),
        "valid_to": None if rule.valid_to is None else rule.valid_to.isoformat(),
    }  # fmt: skip


async def _stream(figures: Figures, blocking: Blocking, asked: Asked) -> Response:
    pieces: Iterator[pl.DataFrame] = figures.pieces(asked.question, asked.after[0] if asked.after else None, _PIECE)

    def following() -> bytes | None:
        piece = next(pieces, None)
        if piece is None:
            return None
        return csv_rows(shown(figures, asked.question, _after(piece, asked.after)), asked.dialect)

    first = await blocking(following)  # what cannot be computed is an error, not half a file

    async def lines() -> AsyncIterator[bytes]:
        yield csv_head(asked.dialect) + (first or b"")
        part = first
        while part is not None:
            part = await blocking(following)
            yield part or b""

    headers = {"Content-Disposition": 'attachment; filename="aggregates.csv"'}
    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8; header=present", headers=headers)


_DOCUMENTED: dict[str, Any] = {
    "description": "Zeilen in der Reihenfolge von Beginn, Gebiet, Messgröße, Statistik (rows by begin, area, ...)",
    "headers": {
        "Link": {"description": 'rel="next"', "schema": {"type": "string"}},
        "X-Total-Estimate": {
            "description": "Zeilen insgesamt, etwa / rows in all, about",
            "schema": {"type": "integer"},
        },
    },
    "content": {
        "application/json": {"schema": {"type": "object", "required": ["meta", "data", "next"]}},
        "application/geo+json": {"schema": {"type": "object", "required": ["type", "features"]}},
        "text/csv": {"schema": {"type": "string"}},
    },
}
