"""`GET /v1/catalogue`: the approved data sources as DCAT-AP.de, in JSON-LD or Turtle."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.api.blocking import Blocking
from gateway.api.parameters import Parameter, one_of, read_parameters
from gateway.problems import Kind, documented

PATH = "/v1/catalogue"
MEDIA = {"jsonld": "application/ld+json", "turtle": "text/turtle"}
"""Format → media type; the first is the one that is given when nothing is asked for."""
_ALSO = {"application/json": "jsonld", "application/x-turtle": "turtle"}

PARAMETERS = (
    Parameter(
        name="format",
        read=one_of(*MEDIA),
        description="Format; ohne: was Accept verlangt, sonst JSON-LD. Format; absent: by Accept, else JSON-LD.",
        schema={"type": "string", "enum": list(MEDIA)},
    ),
)


def catalogue_router(read: Callable[[str], str], blocking: Blocking) -> APIRouter:
    """The route. `read` gives the catalogue in a format of MEDIA and blocks; raises ProblemError."""
    router = APIRouter(tags=["catalogue"])

    async def catalogue(request: Request) -> Response:
        asked = read_parameters(request.query_params, PARAMETERS)["format"]
        format_ = asked or accepted(request.headers.get("accept", ""))
        text = await blocking(read, format_)
        return Response(text, media_type=f"{MEDIA[format_]}; charset=utf-8", headers={"Vary": "Accept"})

    router.add_api_route(
        PATH, catalogue, methods=["GET"], response_class=Response, response_model=None,
        summary="Verzeichnis der Datenquellen, DCAT-AP.de (catalogue of data sources)",
        responses={
            200: {"description": "ok", "content": {
                MEDIA["jsonld"]: {"schema": {"type": "object"}}, MEDIA["turtle"]: {"schema": {"type": "string"}},
            }},
            **documented(Kind.INVALID, Kind.UNAVAILABLE),
        },
        openapi_extra={"parameters": [parameter.openapi() for parameter in PARAMETERS]},
    )  # fmt: skip
    router.add_api_route(PATH, catalogue, methods=["HEAD"], response_model=None, include_in_schema=False)
    return router


def accepted(header: str) -> str:
    """The format that an Accept header likes best (RFC 9110, 12.5.1); JSON-LD when it likes none of ours more."""
    best, liked = "jsonld", 0.0
    for part in header[:1000].split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = 1.0
        for each in parameters:
            if each.startswith("q="):
                weight = _weight(each[2:])
        format_ = next((name for name, type_ in MEDIA.items() if type_ == media), _ALSO.get(media))
        if format_ is not None and weight > liked:
            best, liked = format_, weight
    return best


def _weight(text: str) -> float:
    try:
        return min(1.0, max(0.0, float(text)))
    except ValueError:
        return 0.0
