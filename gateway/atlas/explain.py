"""The way of one area from delivered numbers to its class, step by step, from a kept result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gateway.atlas.errors import AtlasError, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: what was done, on what, with which result."""

    step: str
    what: str
    formula: str
    value: str


def _shown(value: str | None) -> str:
    if value is None:
        return "•"
    number = Decimal(value)
    return f"{number:f}" if number == number.to_integral_value() else f"{number:.6g}"


def explain(result: Mapping[str, Any], area: str) -> list[Step]:
    """Steps for one area of one variant's result; raises AtlasError for an unknown area."""
    row = result["areas"].get(area)
    if row is None:
        raise AtlasError(text(f"Gebiet {area} ist nicht in der Ausgabe", f"area {area} is not in the edition"))
    method = result["method"]
    steps = [
        Step(
            step="input",
            what=entry["name"],
            formula=entry.get("unit", "1"),
            value=_shown(row["inputs"].get(entry["name"])),
        )
        for entry in method["input"]
        if entry["name"] in row["inputs"]
    ]
    steps += [
        Step(
            step="indicator",
            what=f"{entry['name']} [{entry.get('unit', '1')}]",
            formula=entry["expression"],
            value=_shown(row["indicators"].get(entry["name"])),
        )
        for entry in method["indicator"]
    ]
    if row["excluded"]:
        return [*steps, Step(step="excluded", what=row["excluded"], formula="", value="")]
    return [*steps, *_combined(result, row)]


def _combined(result: Mapping[str, Any], row: Mapping[str, Any]) -> list[Step]:
    method, statistics = result["method"], result["statistics"]
    weights = method["combine"].get("weights", {})
    steps = []
    for name, value in row["transformed"].items():
        found = statistics.get(name, {})
        kind = method["transform"]["kind"]
        reference = ", ".join(f"{key} {_shown(number)}" for key, number in found.items())
        formula = f"({_shown(row['indicators'][name])} - mean) / deviation; {reference}" if kind == "z" else reference
        steps.append(Step(step=kind, what=name, formula=formula, value=_shown(value)))
    terms = " + ".join(f"{weights.get(name, '1')} · {_shown(value)}" for name, value in row["transformed"].items())
    steps.append(Step(step=method["combine"]["kind"], what="sum", formula=terms, value=_shown(row["sum"])))
    if method["restandardise"]["kind"] == "z":
        deviation = _shown(statistics["sum"]["deviation"])
        steps.append(Step(step="restandardise", what="index", formula=f"sum / {deviation}", value=_shown(row["index"])))
    borders = ", ".join(_shown(border) for border in result["borders"])
    classes = method["classes"]
    steps.append(
        Step(step="class", what=classes["kind"], formula=f"{borders} ({classes['belongs']})", value=row["class"])
    )
    return steps
