"""Rows of any members as JSON or CSV; every column of any row is there, numbers as numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from starlette.responses import Response

from gateway.spreadsheets import csv_lines, number_text, safe_text


def json_answer(body: Any) -> Response:
    """Any body as JSON."""
    return Response(msgspec.json.encode(body), media_type="application/json")


def answer(rows: Sequence[Mapping[str, Any]], query: Mapping[str, Any], meta: Mapping[str, Any], name: str) -> Response:
    """The envelope in JSON, or CSV in the asked dialect. What CSV has no place for stands in the JSON answer's meta."""
    if query["format"] == "json":
        return json_answer({"meta": dict(meta), "data": list(rows), "next": None})
    headings = list(dict.fromkeys(key for row in rows for key in row))
    german = query["dialect"] == "de"
    cells = [[_cell(row.get(heading), german=german) for heading in headings] for row in rows]
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    warned = [each["id"] for each in meta.get("warnings", ()) if isinstance(each, Mapping)]
    if warned:
        headers["X-Warnings"] = ",".join(dict.fromkeys(warned))
    content = csv_lines([[safe_text(heading) for heading in headings], *cells], query["dialect"], first=True)
    return Response(content, media_type="text/csv; charset=utf-8; header=present", headers=headers)


def _cell(value: Any, *, german: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return number_text(value, german=german)
    return str(value) if isinstance(value, bool | int) else safe_text(str(value))
