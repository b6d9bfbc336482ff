"""Query parameters: one table of them drives the reading, the error messages and the OpenAPI document.

Unknown, repeated and malformed parameters are refused, all of them in one answer: a misspelt filter that is ignored
gives an analyst wrong numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any

from starlette.datastructures import QueryParams

from gateway.problems import Fault, Kind, ProblemError
from gateway.quantities import QUANTITIES

_SHOWN = 100


class ParameterError(ValueError):
    """A value is not acceptable; says why in German and English."""

    def __init__(self, why: str, why_en: str) -> None:
        super().__init__(why_en)
        self.why, self.why_en = why, why_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One query parameter.

    Attributes:
        name: as it stands in the query.
        read: turns the text into the value; raises ParameterError.
        description: German; English.
        schema: JSON Schema of the text.
        default: value when it is absent; `required` has none.
    """

    name: str
    read: Callable[[str], Any]
    description: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})
    default: Any = None
    required: bool = False
    example: Any = None

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI parameter object."""
        out = {
            "name": self.name,
            "in": "query",
            "required": self.required,
            "description": self.description,
            "schema": dict(self.schema),
        }
        return out if self.example is None else {**out, "example": self.example}


def one_of(*choices: str) -> Callable[[str], str]:
    """Reads one of a few words."""

    def read(text: str) -> str:
        if text not in choices:
            listed = ", ".join(choices)
            raise ParameterError(f"Erlaubt sind: {listed}.", f"Allowed are: {listed}.")
        return text

    return read


def known_as(german: str, english: str, names: Callable[[], Collection[str]]) -> Callable[[str], str]:
    """Reads a name out of a long list; who misspells it is shown similar ones.

    Args:
        german: what a name outside of the list is, after "ist": "keine Messgröße".
        english: the same after "is".
        names: asked at the first request, because some lists are read from a file.
    """

    def read(text: str) -> str:
        if text not in (known := names()):
            part = text[:_SHOWN].lower()
            holding = [name for name in known if len(part) > 2 and part in name]
            shown, near = repr(text[:_SHOWN]), ", ".join((holding or get_close_matches(part, known, 3))[:3])
            raise ParameterError(
                f"{shown} ist {german}{f'; ähnlich sind: {near}' if near else ''}.",
                f"{shown} is {english}{f'; similar are: {near}' if near else ''}.",
            )
        return text

    return read


quantity = known_as("keine Messgröße des Vokabulars", "no quantity of the vocabulary", lambda: QUANTITIES)
"""Reads the id of a quantity."""


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """Reads an integer in `[low, high]`."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 18 and low <= int(text) <= high):
            raise ParameterError(f"Ganze Zahl von {low} bis {high}.", f"Whole number from {low} to {high}.")
        return int(text)

    return read


def plain_text(limit: int) -> Callable[[str], str]:
    """Reads a non-empty text of at most `limit` characters without control characters."""

    def read(text: str) -> str:
        if not text or len(text) > limit or not text.isprintable():
            raise ParameterError(f"1 bis {limit} druckbare Zeichen.", f"Between 1 and {limit} printable characters.")
        return text

    return read


def calendar_day(text: str) -> date:
    """Reads a date."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ParameterError("Kein Datum (2026-06-01).", "No date (2026-06-01).") from None


def choice(name: str, default: str, choices: tuple[str, ...], description: str) -> Parameter:
    """A parameter that is one of a few words."""
    return Parameter(
        name=name,
        read=one_of(*choices),
        default=default,
        description=description,
        schema={"type": "string", "enum": list(choices), "default": default},
    )


def answer_format(*choices: str) -> Parameter:
    """The parameter `format`; the first one is the default."""
    return choice("format", choices[0], choices, "Format.")


DIALECT = choice(
    "dialect",
    "de",
    ("de", "rfc"),
    "CSV: deutsch (Semikolon, Komma) oder RFC 4180. CSV: German (semicolon, comma) or RFC 4180.",
)


PAGE = 1000
_MAX_PAGE = 10_000
LIMIT = Parameter(
    name="limit",
    read=whole_number(1, _MAX_PAGE),
    description=f"Zeilen je Seite; ohne: {PAGE}, CSV alle. Rows of a page; absent: {PAGE}, CSV all.",
    schema={"type": "integer", "minimum": 1, "maximum": _MAX_PAGE},
)
CURSOR = Parameter(name="cursor", read=str, description="Fortsetzung, aus `next`. Continuation, from `next`.")


def page_size(values: Mapping[str, Any]) -> int | None:
    """Rows of a page by the parameters `limit` and `format`; None: all of them (CSV only)."""
    return values["limit"] or (None if values["format"] == "csv" else PAGE)


def read_parameters(query: QueryParams, table: Sequence[Parameter]) -> dict[str, Any]:
    """Values by name; raises ProblemError 422 with every fault there is."""
    known = {parameter.name: parameter for parameter in table}
    values = {parameter.name: parameter.default for parameter in table}
    faults: list[Fault] = []
    seen: set[str] = set()
    for name, text in query.multi_items():
        if (parameter := known.get(name)) is None:
            faults.append(fault(name, text, _unknown(name, list(known))))
        elif name in seen:
            faults.append(fault(name, text, ParameterError("Darf nur einmal vorkommen.", "May occur once only.")))
        else:
            seen.add(name)
            try:
                values[name] = parameter.read(text)
            except ParameterError as error:
                faults.append(fault(name, text, error))
    missing = ParameterError("Fehlt.", "Is missing.")
    faults += [fault(one.name, "", missing) for one in table if one.required and one.name not in seen]
    if faults:
        raise invalid(*faults)
    return values


def fault(name: str, text: str, error: ParameterError) -> Fault:
    """What is wrong with one parameter."""
    return Fault(where=f"query.{name[:_SHOWN]}", what=text[:_SHOWN], why=error.why, why_en=error.why_en)


def invalid(*faults: Fault) -> ProblemError:
    """The problem that lists them."""
    names, shown = ", ".join(one.where.removeprefix("query.") for one in faults), faults[:20]
    return ProblemError(
        Kind.INVALID, f"Bitte prüfen: {names}."[:500], f"Please check: {names}."[:500], errors=tuple(shown)
    )


def _unknown(name: str, known: list[str]) -> ParameterError:
    listed = ", ".join(known)
    near = get_close_matches(name[:_SHOWN], known, 1)
    return ParameterError(
        f"Unbekannter Parameter{f', gemeint ist vielleicht {near[0]}' if near else ''}; es gibt: {listed}.",
        f"Unknown parameter{f', perhaps {near[0]} is meant' if near else ''}; there are: {listed}.",
    )
