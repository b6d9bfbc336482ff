"""`/v1/registers` and `/v1/correlation`: released editions of the atlas, as JSON or CSV.

Every answer is read from an edition's public tables, which were made of shown counts only and audited at release. What
an answer holds back it shows as null with status "confidential"; why, it never says. Each query is logged with the
number of suppressed values in its answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.api.blocking import Blocking
from gateway.api.parameters import DIALECT, Parameter, answer_format, calendar_day, plain_text, read_parameters
from gateway.atlas.classify import guarded, to_csv
from gateway.atlas.compare import moves
from gateway.atlas.correlation import correlate
from gateway.atlas.datasets import Dataset
from gateway.atlas.errors import AtlasError, RefusedError
from gateway.atlas.explain import explain
from gateway.atlas.frames import register_frame
from gateway.atlas.people import Person
from gateway.atlas.products import Product
from gateway.atlas.reading import MAX_BYTES
from gateway.atlas.registers import Registers
from gateway.problems import Fault, Kind, ProblemError, documented

PUBLIC = "public"
_NUMERIC = {"value", "index", "sum"}


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
CORRELATION = (
    _word("product", "Atlas. Product.", required=True),
    Parameter(
        name="stichtag",
        read=calendar_day,
        required=True,
        description="Stichtag. Reference date.",
        schema={"type": "string", "format": "date"},
    ),
    _word("x", "Spalte, z. B. all.sgb2_rate. Column.", required=True),
    _word("y", "Spalte. Column.", required=True),
    *FORMAT,
)


class _Answers:
    """The blocking side: read, count what is suppressed, log."""

    def __init__(self, registers: Registers) -> None:
        self.registers = registers

    def edition(self, product: str, stichtag: date) -> dict[str, Any]:
        return self.registers.find(product, stichtag, public=True)

    def overview(self) -> dict[str, Any]:
        definitions = self.registers.definitions
        return {
            "datasets": [_dataset(dataset) for dataset in definitions.datasets.values()],
            "products": [_product(product) for product in definitions.products.values()],
            "editions": [{**row, "id": row["id"]} for row in self.registers.released()],
        }

    def values(self, product: str, stichtag: date, wanted: Mapping[str, Any]) -> list[dict[str, Any]]:
        return [
            row
            for row in self.edition(product, stichtag)["public"]["counts"]
            if all(wanted[name] in {None, row[name]} for name in ("variable", "group", "area"))
        ]

    def variant(self, product: str, stichtag: date, variant: str) -> tuple[dict[str, Any], dict[str, Any]]:
        edition = self.edition(product, stichtag)
        found = edition["public"]["variants"].get(variant)
        if found is None:
            raise AtlasError(f"variant {variant!r}: {', '.join(edition['public']['variants'])}")
        return edition, found

    def classes(self, product: str, stichtag: date, variant: str, area: str | None) -> list[dict[str, Any]]:
        edition, found = self.variant(product, stichtag, variant)
        names = self.registers.definitions.areas[self.registers.product(product).areas].names
        labels = {label["id"]: label for label in found.get("method", {}).get("classes", {}).get("labels", [])}
        return [
            {
                "product": product,
                "stichtag": edition["stichtag"],
                "revision": edition["revision"],
                "variant": variant,
                "area": code,
                "area_name": names.get(code, code),
                "class": row["class"] or None,
                "letter": labels.get(row["class"], {}).get("letter") or None,
                "index": _number(row["index"]),
                "sum": _number(row["sum"]),
                **{f"z_{name}": _number(value) for name, value in row["transformed"].items()},
                "dynamic": found.get("dynamic", {}).get("areas", {}).get(code, {}).get("class") or None,
                "status": "confidential" if row["excluded"] == "confidential" else "ok" if row["class"] else "excluded",
                "excluded": row["excluded"] or None,
                "method": f"{found['method']['id']} {found['method']['version']}",
            }
            for code, row in found["areas"].items()
            if area in {None, code}
        ]

    def log(self, request: Request, suppressed: int) -> None:
        query = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
        self.registers.log_query(PUBLIC, query, suppressed)


def _number(value: str | None) -> float | None:
    return None if value is None else float(value)


def _dataset(dataset: Dataset) -> dict[str, Any]:
    return dataset.model_dump(
        mode="json", include={"id", "version", "title", "sender", "licence", "reference", "due"}
    ) | {
        "legal": dataset.legal.model_dump(mode="json"),
        "variables": [
            variable.model_dump(mode="json", exclude={"max_jump", "jump_floor"}) for variable in dataset.variable
        ],
    }


def _product(product: Product) -> dict[str, Any]:
    return product.model_dump(mode="json", include={"id", "version", "title", "method_note", "breaks", "ratio"}) | {
        "variants": [variant.model_dump(mode="json") for variant in product.variant],
        "datasets": list(product.datasets),
    }


def _suppressed(rows: Sequence[Mapping[str, Any]]) -> int:
    return sum(row.get("status") == "confidential" for row in rows)


def _answer(rows: Sequence[dict[str, Any]], query: Mapping[str, Any], meta: Mapping[str, Any], name: str) -> Response:
    """Rows as an envelope of JSON, or as CSV with every column of any row."""
    if query["format"] == "json":
        return _json({"meta": dict(meta), "data": list(rows), "next": None})
    headings = list(dict.fromkeys(key for row in rows for key in row))
    numeric = [h for h in headings if h in _NUMERIC or h.startswith("z_")]
    cells = [[_cell(row.get(heading), heading in numeric) for heading in headings] for row in rows]
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    content = to_csv(headings, cells, numeric, german=query["dialect"] == "de")
    return Response(content, media_type="text/csv; charset=utf-8; header=present", headers=headers)


def _cell(value: Any, numeric: bool) -> str:
    if value is None:
        return ""
    return str(value) if numeric else guarded(str(value))


def _json(data: Any) -> Response:
    return Response(msgspec.json.encode(data), media_type="application/json")


def _gone(error: AtlasError) -> ProblemError:
    german, _, english = str(error).partition(" / ")
    return ProblemError(Kind.NOT_FOUND, german, english or german)


def registers_router(
    registers: Registers,
    blocking: Blocking,
    sender: Callable[[Request], Person | None] | None = None,
) -> APIRouter:
    """The read routes; with `sender`, who is asked for the person behind a request, the upload of deliveries too."""
    router = APIRouter(tags=["registers"])
    answers = _Answers(registers)

    async def ask(function: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return await blocking(function, *arguments)
        except AtlasError as error:
            raise _gone(error) from error

    async def overview(request: Request) -> Response:
        read_parameters(request.query_params, ())
        await blocking(answers.log, request, 0)
        return _json(await ask(answers.overview))

    async def values(request: Request, product: str, stichtag: str) -> Response:
        query = read_parameters(request.query_params, VALUES)
        rows = await ask(answers.values, product, _path_day(stichtag), query)
        await blocking(answers.log, request, _suppressed(rows))
        return _answer(rows, query, {"product": product, "stichtag": stichtag}, f"{product}_{stichtag}_werte")

    async def classes(request: Request, product: str, stichtag: str) -> Response:
        query = read_parameters(request.query_params, CLASSES)
        rows = await ask(answers.classes, product, _path_day(stichtag), query["variant"], query["area"])
        edition = await ask(answers.edition, product, _path_day(stichtag))
        await blocking(answers.log, request, _suppressed(rows))
        meta = {"product": product, "stichtag": stichtag, "warnings": edition["warnings"], "official": False,
                "note": "aus veröffentlichten Zahlen berechnet / computed from published counts"}  # fmt: skip
        return _answer(rows, query, meta, f"{product}_{stichtag}_{query['variant']}")

    async def explained(request: Request, product: str, stichtag: str) -> Response:
        query = read_parameters(request.query_params, EXPLAIN)
        _, found = await ask(answers.variant, product, _path_day(stichtag), query["variant"])
        steps = await ask(explain, found, query["area"])
        await blocking(answers.log, request, sum(step.value == "•" for step in steps))
        return _json({"area": query["area"], "variant": query["variant"], "steps": [asdict(step) for step in steps]})

    async def compared(request: Request, product: str, stichtag: str) -> Response:
        query = read_parameters(request.query_params, COMPARE)
        after = await ask(answers.edition, product, _path_day(stichtag))
        before = await ask(answers.edition, product, query["with"])
        moved = moves(before["public"]["variants"], after["public"]["variants"])
        await blocking(answers.log, request, 0)
        return _json({"with": str(query["with"]), "warnings": after["warnings"], "moves": moved})

    async def correlation(request: Request) -> Response:
        query = read_parameters(request.query_params, CORRELATION)
        edition = await ask(answers.edition, query["product"], query["stichtag"])
        frame = await ask(register_frame, edition)
        try:
            found = await blocking(correlate, frame, query["x"], query["y"])
        except AtlasError as error:
            german, _, english = str(error).partition(" / ")
            raise ProblemError(Kind.INVALID, german, english or german) from error
        await blocking(answers.log, request, found.left_out)
        return _answer([_flat(asdict(found))], query, {"stichtag": edition["stichtag"]}, "korrelation")

    paths: tuple[tuple[str, Any, tuple[Parameter, ...], str], ...] = (
        ("/v1/registers", overview, (), "Datensätze und freigegebene Ausgaben (datasets and released editions)"),
        ("/v1/registers/{product}/{stichtag}/values", values, VALUES, "Registerwerte (register values)"),
        ("/v1/registers/{product}/{stichtag}/classes", classes, CLASSES, "Klassen (classes)"),
        ("/v1/registers/{product}/{stichtag}/explain", explained, EXPLAIN, "Rechenweg eines Gebiets (explain an area)"),
        ("/v1/registers/{product}/{stichtag}/compare", compared, COMPARE, "Klassenwechsel (moves between classes)"),
        ("/v1/correlation", correlation, CORRELATION, "Zusammenhang zweier Größen (correlation of two columns)"),
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
        _add_upload(router, registers, blocking, sender)
    return router


def _flat(found: dict[str, Any]) -> dict[str, Any]:
    """A correlation as one row."""
    row = {key: value for key, value in found.items() if not isinstance(value, dict)}
    for name in ("spearman", "pearson"):
        row |= {name: found[name]["value"], f"{name}_low": found[name]["low"], f"{name}_high": found[name]["high"]}
    return row | {"warnings": list(found["warnings"])}


def _path_day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise ProblemError(
            Kind.NOT_FOUND, f"{value[:20]!r} ist kein Stichtag.", "This is no reference date."
        ) from error


async def _body(request: Request) -> bytes:
    """The request's body, bounded."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BYTES:
            raise ProblemError(Kind.TOO_LARGE, f"Höchstens {MAX_BYTES} Bytes.", f"At most {MAX_BYTES} bytes.")
        parts.append(part)
    return b"".join(parts)


UPLOAD = (
    _word("file", "Dateiname. File name.", required=True),
    _word("replace", "Grund der Ersetzung. Why an accepted delivery is replaced.", default=""),
)


def _add_upload(
    router: APIRouter, registers: Registers, blocking: Blocking, sender: Callable[[Request], Person | None]
) -> None:
    async def upload(request: Request, dataset: str, stichtag: str) -> Response:
        person = sender(request)
        if person is None or "deliver" not in person.roles:
            raise ProblemError(Kind.UNAUTHORIZED, "Zugang verweigert.", "Access denied.")
        query = read_parameters(request.query_params, UPLOAD)
        content = await _body(request)

        def take() -> Any:
            return registers.import_delivery(
                content, query["file"], dataset, _path_day(stichtag), person, replace=query["replace"]
            )

        try:
            found = await blocking(take)
        except RefusedError as error:
            faults = tuple(
                Fault(where=f"{f.file}:{f.row or ''}:{f.column or ''}", what="", why=f.problem, why_en=f.todo)
                for f in error.faults[:100]
            )
            raise ProblemError(
                Kind.INVALID, "Datei abgelehnt, nichts übernommen.", "File refused, nothing taken over.", errors=faults
            ) from error
        except AtlasError as error:
            german, _, english = str(error).partition(" / ")
            raise ProblemError(Kind.INVALID, german, english or german) from error
        computed = [{"product": p, "stichtag": str(day), "edition": identity} for p, day, identity in found.computed]
        return _json({"delivery": found.delivery.id, "sha256": found.delivery.sha256, "computed": computed})

    router.add_api_route(
        "/v1/registers/deliveries/{dataset}/{stichtag}",
        upload,
        methods=["POST"],
        response_class=Response,
        response_model=None,
        summary="Lieferung einreichen (deliver a file)",
        responses=documented(Kind.UNAUTHORIZED, Kind.TOO_LARGE, Kind.INVALID),
        openapi_extra={
            "parameters": [parameter.openapi() for parameter in UPLOAD],
            "requestBody": {"required": True, "content": {"application/octet-stream": {}}},
        },
    )
