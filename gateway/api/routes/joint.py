"""`/v1/joint` and `/v1/correlation`: registers at explicit reference dates beside sensors in explicit windows.

Everything is made of released editions' public tables and of figures that passed their own disclosure rules; what is
suppressed stays null in every row, coefficient and export. Each query is logged with the number of such cells.
"""

# ruff: noqa: E501 - a description stands in one line, German and English

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.aggregator.query import Figures
from gateway.api.blocking import Blocking
from gateway.api.formats.rows import answer
from gateway.api.joining import QUANTITY, REGISTER, STAT, WINDOW, Joining, problem, question_from
from gateway.api.parameters import DIALECT, Parameter, answer_format, choice, plain_text, read_parameters
from gateway.api.routes.burden import add_burden
from gateway.atlas.correlation import correlate
from gateway.atlas.errors import AtlasError
from gateway.atlas.joint.cautions import cautions
from gateway.atlas.joint.columns import Column, Place
from gateway.atlas.joint.table import described, frame, long, suppressed, wide
from gateway.atlas.registers import Registers
from gateway.problems import Kind, ProblemError, documented

FORMAT = (answer_format("json", "csv"), DIALECT)
SHAPE = choice(
    "shape",
    "wide",
    ("wide", "long"),
    "Eine Zeile je Gebiet oder je Gebiet und Größe. A row for each area, or for each area and column.",
)
JOINT = (REGISTER, QUANTITY, STAT, *WINDOW, SHAPE, *FORMAT)


def _column(name: str) -> Parameter:
    return Parameter(
        name=name, read=plain_text(200), required=True, schema={"type": "string", "maxLength": 200},
        example="sozialdatenatlas:sgb2_rate@2023-12-31",
        description="Registergröße DATENSATZ:GRÖSSE@STICHTAG oder Messgröße[.Statistik]. Register column, or quantity[.statistic].",
    )  # fmt: skip


CORRELATION = (_column("x"), _column("y"), *WINDOW, *FORMAT)


def joint_router(
    registers: Registers, figures: Figures | None, blocking: Blocking, clock: Callable[[], int] = time.time_ns
) -> APIRouter:
    """The routes; `figures` None where this process has none of sensors, `clock` in ns."""
    router = APIRouter(tags=["joint"])
    joining = Joining(registers, figures)

    def joined(query: Mapping[str, Any]) -> tuple[list[Column], dict[Place, str]]:
        columns = joining.register_columns(query["register"])
        if query["quantity"]:
            columns += joining.sensor_columns(question_from(query, clock()))
        if not columns:
            raise ProblemError(Kind.INVALID, "register oder quantity ist anzugeben.", "register or quantity is needed.")
        return columns, joining.areas(columns, query["level"])

    async def joint(request: Request) -> Response:
        query = read_parameters(request.query_params, JOINT)
        columns, areas = await blocking(joined, query)
        await blocking(logged, registers, request, suppressed(columns, areas))
        rows = (wide if query["shape"] == "wide" else long)(columns, areas)
        return answer(rows, query, _meta(columns, areas, query["level"]), "verbund")

    def correlated(query: Mapping[str, Any]) -> tuple[dict[str, Any], Sequence[Column], dict[Place, str]]:
        columns = [joining.one(query[name], query, clock()) for name in ("x", "y")]
        areas = joining.areas(columns, query["level"])
        try:
            found = correlate(frame(columns, areas), columns[0].id, columns[1].id)
        except AtlasError as error:
            raise problem(error) from error
        return flat(asdict(found)), columns, areas

    async def correlation(request: Request) -> Response:
        query = read_parameters(request.query_params, CORRELATION)
        row, columns, areas = await blocking(correlated, query)
        await blocking(logged, registers, request, suppressed(columns, areas))
        return answer([row], query, _meta(columns, areas, query["level"]), "korrelation")

    for path, function, table, summary in (
        ("/v1/joint", joint, JOINT, "Register neben Sensoren (registers beside sensors)"),
        ("/v1/correlation", correlation, CORRELATION, "Zusammenhang zweier Größen (correlation of two columns)"),
    ):
        router.add_api_route(
            path, function, methods=["GET"], response_class=Response, response_model=None, summary=summary,
            responses=documented(Kind.INVALID, Kind.UNAVAILABLE),
            openapi_extra={"parameters": [parameter.openapi() for parameter in table]},
        )  # fmt: skip
    add_burden(router, joining, blocking, clock)
    return router


def logged(registers: Registers, request: Request, hidden: int) -> None:
    """C10: who asked what, and how many suppressed values the answer was made of."""
    query = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    registers.log_query("public", query, hidden)


def _meta(columns: Sequence[Column], areas: Mapping[Place, str], level: str) -> dict[str, Any]:
    return {
        "level": level,
        "areas": len(areas),
        "columns": [described(column, areas) for column in columns],
        "warnings": [asdict(each) for each in cautions(columns, list(areas))],
        "official": False,
    }


def flat(found: Mapping[str, Any]) -> dict[str, Any]:
    """A correlation as one row; its warnings stand in `meta`."""
    row = {key: value for key, value in found.items() if not isinstance(value, dict) and key != "warnings"}
    for name in ("spearman", "pearson"):
        row |= {name: found[name]["value"], f"{name}_low": found[name]["low"], f"{name}_high": found[name]["high"]}
    return row
