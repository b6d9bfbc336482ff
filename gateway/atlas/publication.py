"""What of an edition becomes public: tables made of what the confidentiality rules show.

Classes, z values, sums and indices in the public tables are computed anew from shown counts only. An outsider could
compute them too, so they say nothing that the counts do not say.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from gateway.atlas.classification import Result, Table, matrix, run, run_dynamic
from gateway.atlas.confidentiality import Protection
from gateway.atlas.edition_data import Edition, count_key, inputs_table, number
from gateway.atlas.errors import AtlasError
from gateway.atlas.facts import Facts
from gateway.atlas.products import Variant

CONFIDENTIAL = "confidential"


def result_json(result: Result) -> dict[str, Any]:
    """A result with everything that led to it, as JSON keeps it: decimals as text."""

    def text(value: Decimal | None) -> str | None:
        return None if value is None else f"{value:.20g}" if value else "0"

    return {
        "method": result.method.parameters(),
        "borders": [text(border) for border in result.borders],
        "statistics": {k: {n: text(v) for n, v in found.items()} for k, found in result.statistics.items()},
        "areas": {
            area: {
                "inputs": {k: text(v) for k, v in row.inputs.items()},
                "indicators": {k: text(v) for k, v in row.indicators.items()},
                "transformed": {k: text(v) for k, v in row.transformed.items()},
                "sum": text(row.sum),
                "index": text(row.index),
                "class": row.label,
                "excluded": row.excluded,
            }
            for area, row in result.areas.items()
        },
    }


def compute(
    variant: Variant, edition: Edition, earlier: Table | None, table: Table, withheld: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Status of one variant, and dynamic and matrix where the method has them and an earlier table is there."""
    method = edition.definitions.methods[variant.method]
    result = run(method, table, withheld)
    found = result_json(result)
    if method.dynamic is not None and earlier is not None:
        try:
            change = run_dynamic(method, table, earlier, withheld)
        except AtlasError as error:
            return found | {"dynamic_failed": str(error)}
        found["dynamic"] = result_json(change)
        found["matrix"] = matrix(result, change)
    return found


def public_inputs(variant: Variant, edition: Edition, facts: Facts) -> dict[str, dict[str, Decimal | None]]:
    """The method's inputs as far as they are shown."""
    table = inputs_table(variant, edition.areas, edition.data)
    for area, row in table.items():
        for name, source in variant.sources.items():
            if edition.variable(source).kind == "count":
                shown = facts.shown.get(count_key(edition.stichtag, source, area))
                row[name] = None if shown is None else Decimal(shown)
    return table


def public_tables(edition: Edition, protection: Protection, earlier: Mapping[str, Table]) -> dict[str, Any]:
    """Everything of an edition that the public may read. `earlier` are public inputs of the dynamic's base edition."""
    facts = protection.facts
    printed = {ratio.name: str(Decimal(scaled).scaleb(-ratio.digits)) for ratio, scaled in facts.ratios}
    variants = {}
    for variant in edition.product.variant:
        table = public_inputs(variant, edition, facts)
        withheld = {area: CONFIDENTIAL for area in table if not _classifiable(variant, edition, facts, printed, area)}
        try:
            result: dict[str, Any] = compute(variant, edition, earlier.get(variant.id), table, withheld)
        except AtlasError as error:
            result = {"failed": str(error), "areas": {}}
        _without_withheld_ratios(variant, edition, printed, result)
        result["ratios"] = {
            name.split("|")[2] + "|" + name.split("|")[1]: value
            for name, value in printed.items()
            if name.split("|")[0] == variant.id
        }
        variants[variant.id] = result
    return {"counts": _public_counts(edition, facts), "variants": variants}


def _without_withheld_ratios(
    variant: Variant, edition: Edition, printed: Mapping[str, str], result: dict[str, Any]
) -> None:
    """C3: a ratio below its thresholds stands nowhere, even where both of its counts are shown."""
    for ratio in edition.product.ratio:
        if ratio.variant != variant.id:
            continue
        for found in (result, result.get("dynamic", {})):
            for area, row in found.get("areas", {}).items():
                if f"{ratio.variant}|{ratio.indicator}|{area}" not in printed:
                    row["indicators"][ratio.indicator] = None


def _classifiable(variant: Variant, edition: Edition, facts: Facts, printed: Mapping[str, str], area: str) -> bool:
    """Whether every count behind the area's class is shown and every ratio behind it printed."""
    counts = [
        count_key(edition.stichtag, s, area) for s in variant.sources.values() if edition.variable(s).kind == "count"
    ]
    ratios = [f"{r.variant}|{r.indicator}|{area}" for r in edition.product.ratio if r.variant == variant.id]
    return all(key in facts.shown for key in counts) and all(name in printed for name in ratios)


def _public_counts(edition: Edition, facts: Facts) -> list[dict[str, Any]]:
    """One row for each listed count, with SDMX codes: A value, M missing; F free, C confidential (C7, C11)."""
    rows = []
    for source in edition.sources():
        variable = edition.variable(source)
        for area in edition.areas.names:
            if variable.kind == "measure":
                measure = number(edition.data[source.dataset].get((area, source.variable, source.group)))
                value, hidden = (None if measure is None else str(measure)), False
                if measure is None:
                    continue
            else:
                key = count_key(edition.stichtag, source, area)
                if key not in facts.shown and key not in facts.hidden:
                    continue
                hidden = key in facts.hidden
                value = None if hidden else str(facts.shown[key])
            rows.append(
                {
                    "dataset": source.dataset,
                    "variable": source.variable,
                    "group": source.group,
                    "area": area,
                    "area_name": edition.areas.names[area],
                    "unit": variable.unit,
                    "value": value,
                    "status": "confidential" if hidden else "ok",
                    "obs_status": "M" if hidden else "A",
                    "conf_status": "C" if hidden else "F",
                }
            )
    return rows
