"""`/v1/registers`: released editions of the atlas, as JSON or CSV.

Every answer is read from an edition's public tables, which were made of shown counts only and audited at release. What
an answer holds back it shows as null with status "confidential"; why, it never says. Each query is logged with the
number of suppressed values in its answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.api.blocking import Blocking
from gateway.api.formats.rows import answer, json_answer
from gateway.api.joining import problem
from gateway.api.parameters import DIALECT, Parameter, answer_format, calendar_day, choice, plain_text, read_parameters
from gateway.api.register_answers import Answers, suppressed, widened
from gateway.api.routes.deliveries import add_upload
from gateway.atlas.compare import moves, series_break
from gateway.atlas.errors import AtlasError
from gateway.atlas.explain import explain
from gateway.atlas.people import Person
from gateway.atlas.registers import Registers
from gateway.problems import Kind, ProblemError, documented

FORMAT = (answer_format("json", "csv"), DIALECT)


def _word(name: str, description: str, *, required: bool = False, default: str | None = None) -> Parameter:
    return Parameter(
        name=name,
        read=plain_text(200),
        description=description,
        required=required,
        default=default,
        schema={"type": "string", "maxLength": 200},
    )


VALUES = (
    *FORMAT,
    _word("variable", "Größe; ohne: alle. Variable; absent: all."),
    _word("group", "Bevölkerungsgruppe; ohne: alle. Population group; absent: all."),
    _word("area", "Gebiet; ohne: alle. Area; absent: all."),
    choice("shape", "long", ("long", "wide"), "Eine Zeile je Wert oder je Gebiet. A row for each value or each area."),
)
CLASSES = (*FORMAT, _word("variant", "Variante. Variant.", default="all"), _word("area", "Gebiet. Area."))
EXPLAIN = (
    _word("variant", "Variante. Variant.", default="all"),
    _word("area", "Gebiet. Area.", required=True),
)
COMPARE = (
    Parameter(
        name="with",
        read=calendar_day,
        required=True,
        description="Stichtag, mit dem verglichen wird. Reference date to compare with.",
        schema={"type": "string", "format": "date"},
    ),
)


def registers_router(
    registers: Registers,
    blocking: Blocking,
    sender: Callable[[Request], Person | None] | None = None,
) -> APIRouter:
    """The read routes; with `sender`, who is asked for the person behind a request, the upload of deliveries too."""
    router = APIRouter(tags=["registers"])
    answers = Answers(registers)

    async def ask(function: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return await blocking(function, *arguments)
        except AtlasError as error:
            raise problem(error, Kind.NOT_FOUND) from error

    async def overview(request: Request) -> Response:
        read_parameters(request.query_params, ())
        await blocking(answers.log, request, 0)
        return json_answer(await ask(answers.overview))

    async def values(request: Request, product: str, stichtag: str) -> Response:
        query = read_parameters(request.query_params, VALUES)
        rows = await ask(answers.values, product, path_day(stichtag), query)
        await blocking(answers.log, request, suppressed(rows))
        shown = widened(rows) if query["shape"] == "wide" else rows
        return answer(shown, query, {"product": product, "stichtag": stichtag}, f"{product}_{stichtag}_werte")

    async def classes(request: Request, product: str, stichtag: str) -> Response:
        query = read_parameters(request.query_params, CLASSES)
        rows = await ask(answers.classes, product, path_day(stichtag), query["variant"], query["area"])
        edition = await ask(answers.edition, product, path_day(stichtag))
        await blocking(answers.log, request, suppressed(rows))
        meta = {"product": product, "stichtag": stichtag, "warnings": edition["warnings"], "official": False,
                "note": "aus veröffentlichten Zahlen berechnet / computed from published counts"}  # fmt: skip
        return answer(rows, query, meta, f"{product}_{stichtag}_{query['variant']}")

    async def explained(request: Request, product: str, stichtag: str) -> Response:
        query = read_parameters(request.query_params, EXPLAIN)
        _, found = await ask(answers.variant, product, path_day(stichtag), query["variant"])
        steps = await ask(explain, found, query["area"])
        await blocking(answers.log, request, sum(step.value == "•" for step in steps))
        return json_answer(
            {"area": query["area"], "variant": query["variant"], "steps": [asdict(step) for step in steps]}
        )

    async def compared(request: Request, product: str, stichtag: str) -> Response:
        query = read_parameters(request.query_params, COMPARE)
        after = await ask(answers.edition, product, path_day(stichtag))
        before = await ask(answers.edition, product, query["with"])
        variants = before["public"]["variants"], after["public"]["variants"]
        breaks = registers.product(product).breaks
        warnings = series_break(*variants, breaks, query["with"], path_day(stichtag))
        await blocking(answers.log, request, 0)
        return json_answer({"with": str(query["with"]), "warnings": warnings, "moves": moves(*variants)})

    paths: tuple[tuple[str, Any, tuple[Parameter, ...], str], ...] = (
        ("/v1/registers", overview, (), "Datensätze und freigegebene Ausgaben (datasets and released editions)"),
        ("/v1/registers/{product}/{stichtag}/values", values, VALUES, "Registerwerte (register values)"),
        ("/v1/registers/{product}/{stichtag}/classes", classes, CLASSES, "Klassen (classes)"),
        ("/v1/registers/{product}/{stichtag}/explain", explained, EXPLAIN, "Rechenweg eines Gebiets (explain an area)"),
        ("/v1/registers/{product}/{stichtag}/compare", compared, COMPARE, "Klassenwechsel (moves between classes)"),
    )
    for path, function, table, summary in paths:
        router.add_api_route(
            path,
            function,
            methods=["GET"],
            response_class=Response,
            response_model=None,
            summary=summary,
            responses=documented(Kind.NOT_FOUND, Kind.INVALID),
            openapi_extra={"parameters": [parameter.openapi() for parameter in table]},
        )
    if sender is not None:
        add_upload(router, registers, blocking, sender)
    return router


def path_day(value: str) -> date:
    """A reference date out of the path."""
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise ProblemError(
            Kind.NOT_FOUND, f"{value[:20]!r} ist kein Stichtag.", "This is no reference date."
        ) from error
