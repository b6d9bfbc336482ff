"""`POST /v1/registers/deliveries/…`: a delivery arrives over HTTP, with the token of a person who may deliver."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.api.blocking import Blocking
from gateway.api.formats.rows import json_answer
from gateway.api.joining import problem
from gateway.api.parameters import Parameter, plain_text, read_parameters
from gateway.atlas.edition_status import Imported
from gateway.atlas.errors import AtlasError, RefusedError
from gateway.atlas.people import Person
from gateway.atlas.reading import MAX_BYTES
from gateway.atlas.registers import Registers
from gateway.problems import Fault, Kind, ProblemError, documented


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
    Parameter(name="file", read=plain_text(200), required=True, description="Dateiname. File name."),
    Parameter(
        name="replace",
        read=plain_text(200),
        default="",
        description="Grund der Ersetzung. Why an accepted delivery is replaced.",
    ),
)


def add_upload(
    router: APIRouter, registers: Registers, blocking: Blocking, sender: Callable[[Request], Person | None]
) -> None:
    """Add the route; `sender` knows the person behind a request."""

    async def upload(request: Request, dataset: str, stichtag: str) -> Response:
        person = sender(request)
        if person is None or "deliver" not in person.roles:
            raise ProblemError(Kind.UNAUTHORIZED, "Zugang verweigert.", "Access denied.")
        query = read_parameters(request.query_params, UPLOAD)
        content = await _body(request)

        try:
            stand = date.fromisoformat(stichtag)
        except ValueError:
            raise ProblemError(Kind.NOT_FOUND, f"{stichtag[:20]!r} ist kein Stichtag.", "No reference date.") from None

        def take() -> Imported:
            return registers.import_delivery(content, query["file"], dataset, stand, person, replace=query["replace"])

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
            raise problem(error) from error
        computed = [{"product": p, "stichtag": str(day), "edition": identity} for p, day, identity in found.computed]
        return json_answer({"delivery": found.delivery.id, "sha256": found.delivery.sha256, "computed": computed})

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
