"""`GET /v1/observations`: the stored points of one device, as JSON or CSV."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from gateway.api.blocking import Blocking
from gateway.api.faults import Faults
from gateway.api.formats.observations import csv_head, csv_rows, json_rows, unit_of
from gateway.api.paging import Key, encode_cursor, fetch_page, key, query_id
from gateway.api.parameters import (
    CURSOR,
    DIALECT,
    LIMIT,
    PAGE,
    Parameter,
    answer_format,
    choice,
    page_size,
    plain_text,
    quantity,
    read_parameters,
)
from gateway.api.times import ZONES, format_utc
from gateway.model import SECOND_NS, Observation, Store
from gateway.problems import Kind, documented

PATH = "/v1/observations"
DAY_NS = 86400 * SECOND_NS
_CSV_CHUNK = 5000
_ROW = {
    "time": "2026-06-01T10:00:00Z",
    "channel": "",
    "quantity": "air_temperature",
    "value": 21.5,
    "unit": "Cel",
    "flag": 1,
}


PARAMETERS = (
    Parameter(
        name="device",
        read=plain_text(256),
        required=True,
        description="Gerät: DevEUI in Kleinbuchstaben oder Kennung der Quelle. Device: DevEUI in lower case, or the "
        "source's own id.",
        schema={"type": "string", "maxLength": 256},
        example="a840410000000001",
    ),
    Parameter(
        name="quantity",
        read=quantity,
        description="Messgröße; ohne: alle. Quantity; absent: all.",
        example="air_temperature",
    ),
    Parameter(
        name="from",
        read=str,
        description="Beginn, eingeschlossen: Datum oder Zeitpunkt nach ISO 8601; ohne: 24 h vor dem Ende. Begin, "
        "inclusive: date or ISO 8601 time; absent: 24 h before the end.",
        example="2026-06-01",
    ),
    Parameter(
        name="to",
        read=str,
        description="Ende, ausgeschlossen; ohne: jetzt. End, exclusive; absent: now.",
        example="2026-07-01",
    ),
    choice(
        "day_basis",
        "berlin",
        tuple(ZONES),
        "Zone von Angaben ohne Abstand zu UTC und der Ortszeit in CSV. Zone of times without offset, and of local "
        "times in CSV.",
    ),
    answer_format("json", "csv"),
    DIALECT,
    LIMIT,
    CURSOR,
)


class _Query(msgspec.Struct, frozen=True, kw_only=True):
    """A request, understood. `limit` None: everything (CSV only)."""

    device: str
    quantity: str | None
    start: int
    stop: int
    day_basis: str
    format: str
    dialect: Any
    limit: int | None
    after: Key | None
    id: str


def observations_router(store: Store, blocking: Blocking, clock: Callable[[], int] = time.time_ns) -> APIRouter:
    """The route over a store; `clock` gives the end of an open range."""
    router = APIRouter(tags=["observations"])

    async def observations(request: Request) -> Response:
        query = _read(read_parameters(request.query_params, PARAMETERS), clock)
        size = query.limit or _CSV_CHUNK

        async def page(after: Key | None) -> tuple[Any, bool]:
            return await blocking(fetch_page, store, query.device, query.quantity, query.start, query.stop, size, after)

        rows, more = await page(query.after)
        following = _next(request.url.path, query, rows) if more and query.limit else None
        headers = {"Link": f'<{following}>; rel="next"'} if following else {}
        if query.format == "json":
            return Response(_json(query, rows, following), media_type="application/json", headers=headers)

        async def lines() -> AsyncIterator[bytes]:
            part, again = rows, more
            yield csv_head(query.dialect) + csv_rows(part, query.dialect, ZONES[query.day_basis])
            while again and query.limit is None:
                part, again = await page(key(part[-1]))
                yield csv_rows(part, query.dialect, ZONES[query.day_basis])

        headers["Content-Disposition"] = f'attachment; filename="{_filename(query)}"'
        return StreamingResponse(lines(), media_type="text/csv; charset=utf-8; header=present", headers=headers)

    router.add_api_route(
        PATH,
        observations,
        methods=["GET"],
        response_class=Response,
        response_model=None,
        summary="Messwerte eines Geräts (observations of a device)",
        responses={200: _DOCUMENTED, **documented(Kind.URI_TOO_LONG, Kind.INVALID, Kind.UNAVAILABLE)},
        openapi_extra={"parameters": [parameter.openapi() for parameter in PARAMETERS]},
    )
    return router


def _read(values: Mapping[str, Any], clock: Callable[[], int]) -> _Query:
    faults = Faults(values)
    begin, end = faults.moment("from"), faults.moment("to")
    faults.check()
    stop = clock() if end is None else end
    start = max(0, stop - DAY_NS) if begin is None else begin
    faults.ordered(start, stop)
    faults.check()
    id_ = query_id(values["device"], values["quantity"], start, stop)
    after = faults.cursor(id_)
    faults.check()
    return _Query(
        device=values["device"],
        quantity=values["quantity"],
        start=start,
        stop=stop,
        day_basis=values["day_basis"],
        format=values["format"],
        dialect=values["dialect"],
        limit=page_size(values),
        after=after,
        id=id_,
    )


def _next(path: str, query: _Query, rows: list[Observation]) -> str:
    values: dict[str, str | int] = {"device": query.device}
    if query.quantity:
        values["quantity"] = query.quantity
    values |= {"from": format_utc(query.start), "to": format_utc(query.stop), "day_basis": query.day_basis}
    values["format"] = query.format
    if query.format == "csv":
        values["dialect"] = query.dialect
    values |= {"limit": query.limit or PAGE, "cursor": encode_cursor(query.id, key(rows[-1]))}
    return f"{path}?{urlencode(values)}"


def _json(query: _Query, rows: list[Observation], following: str | None) -> bytes:
    quantities = sorted({row.quantity for row in rows})
    meta = {
        "device": query.device,
        "quantity": query.quantity,
        "from": format_utc(query.start),
        "to": format_utc(query.stop),
        "day_basis": query.day_basis,
        "limit": query.limit,
        "count": len(rows),
        "complete": following is None,
        "units": {quantity: unit_of(quantity) for quantity in quantities},
        "flags": {"1": "good", "2": "not evaluated", "3": "suspect", "4": "fail", "9": "missing"},
    }
    return msgspec.json.encode({"meta": meta, "data": json_rows(rows), "next": following})


def _filename(query: _Query) -> str:
    parts = (query.device, query.quantity or "", format_utc(query.start)[:10], format_utc(query.stop)[:10])
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", "_".join(part for part in parts if part))[:150] + ".csv"


_DOCUMENTED: dict[str, Any] = {
    "description": "Zeilen in der Reihenfolge von Zeit, Kanal, Messgröße (rows by time, channel, quantity)",
    "headers": {"Link": {"description": 'rel="next"', "schema": {"type": "string"}}},
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["meta", "data", "next"],
                "properties": {
                    "meta": {"type": "object"},
                    "data": {"type": "array", "items": {"type": "object"}},
                    "next": {"type": ["string", "null"]},
                },
            },
            "example": {
                "meta": {
                    "device": "a840410000000001",
                    "quantity": "air_temperature",
                    "from": "2026-05-31T22:00:00Z",
                    "to": "2026-06-30T22:00:00Z",
                    "day_basis": "berlin",
                    "limit": 1000,
                    "count": 1,
                    "complete": True,
                    "units": {"air_temperature": "Cel"},
                    "flags": {"1": "good"},
                },
                "data": [_ROW],
                "next": None,
            },
        },
        "text/csv": {
            "schema": {"type": "string"},
            "example": "geraet;kanal;messgroesse;einheit;zeit;zeit_iso;wert;flag;status\r\n"
            "a840410000000001;;air_temperature;Cel;01.06.2026 12:00;2026-06-01T12:00:00+02:00;21,5;1;gut\r\n",
        },
    },
}
