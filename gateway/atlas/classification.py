"""From a table to classes by a method's declared steps. Pure: tables in, result out.

Numbers are decimals of 50 digits. An index is compared with the class borders after rounding to `BORDER_DIGITS`
decimals, so that a value that lies on a border mathematically lies on it here too, on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from gateway.atlas.errors import AtlasError, text
from gateway.atlas.expressions import CONTEXT, evaluate
from gateway.atlas.measures import ZERO, exact_sum, first_places, mean_and_deviation, mean_ranks, order_shares, quantile
from gateway.atlas.methods import Method
from gateway.atlas.parts import Borders, Classes

BORDER_DIGITS = 12
_GRAIN = Decimal(1).scaleb(-BORDER_DIGITS)

Table = Mapping[str, Mapping[str, Decimal | None]]
"""Area → input → value; None is missing. The order of areas is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaResult:
    """One area's way from inputs to class. `excluded` is the reason, "" when the area is counted."""

    area: str
    inputs: Mapping[str, Decimal | None]
    indicators: Mapping[str, Decimal | None]
    transformed: Mapping[str, Decimal] = field(default_factory=dict)
    sum: Decimal | None = None
    index: Decimal | None = None
    label: str = ""
    excluded: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """All areas in the order of the table, and what the steps found on the way.

    `statistics` holds the reference values of each step: for z "mean" and "deviation" of each indicator and of "sum";
    for the deviation from the city its "city"; for minmax "least" and "greatest". `borders` are those that were used.
    """

    method: Method
    areas: Mapping[str, AreaResult]
    statistics: Mapping[str, Mapping[str, Decimal]]
    borders: tuple[Decimal, ...]

    def classes(self) -> dict[str, str]:
        """Class of each counted area."""
        return {area: row.label for area, row in self.areas.items() if not row.excluded}


def indicators(method: Method, inputs: Mapping[str, Decimal | None]) -> dict[str, Decimal | None]:
    """The stored formulas for one area, in the units the indicators are printed in."""
    found: dict[str, Decimal | None] = {}
    for name, node in method.formulas.items():
        value = evaluate(node, inputs)
        found[name] = CONTEXT.multiply(value, method.factors[name]) if isinstance(value, Decimal) else None
    return found


def _excluded(method: Method, area: str, row: Mapping[str, Decimal | None], found: Mapping[str, Decimal | None]) -> str:
    """Why an area is not counted; "" when it is."""
    values = {**found, **row}
    for rule, node in zip(method.exclude, method.conditions, strict=True):
        if area in rule.areas or (node is not None and evaluate(node, values) is True):
            return rule.reason
    missing = [name for name in method.needed if row.get(name) is None]
    missing += [name for name, value in found.items() if value is None and not missing]
    if missing and method.missing == "refuse":
        raise AtlasError(
            text(f"Gebiet {area}: {', '.join(missing)} fehlt", f"area {area}: {', '.join(missing)} missing")
        )
    return f"missing: {', '.join(missing)}" if missing else ""


def run(method: Method, table: Table, withheld: Mapping[str, str] | None = None) -> Result:
    """Classify the areas of a table. `withheld` excludes areas for a reason of its own before any rule is asked.

    Raises:
        AtlasError: nothing to count, an indicator out of its bounds, or no variance where a deviation is needed.
    """
    rows: dict[str, AreaResult] = {}
    for area, inputs in table.items():
        found = indicators(method, inputs)
        rows[area] = AreaResult(
            area=area,
            inputs=inputs,
            indicators=found,
            excluded=(withheld or {}).get(area) or _excluded(method, area, inputs, found),
        )
    _check_bounds(method, rows)
    return _classify(method, rows, table, method.classes)


def _check_bounds(method: Method, rows: Mapping[str, AreaResult]) -> None:
    for indicator in method.indicator:
        for area, row in rows.items():
            value = row.indicators[indicator.name]
            if indicator.bounds and value is not None and not row.excluded:
                low, high = indicator.bounds
                if not low <= value <= high:
                    what = f"{indicator.name} = {value:.6g} {indicator.unit}"
                    raise AtlasError(
                        text(
                            f"Gebiet {area}: {what} liegt außerhalb {low}…{high}",
                            f"area {area}: {what} is outside {low}…{high}",
                        )
                    )


def _classify(method: Method, rows: Mapping[str, AreaResult], table: Table, classes: Classes) -> Result:
    """Transform, combine, restandardise and cut into classes."""
    counted = [area for area, row in rows.items() if not row.excluded]
    if not counted:
        raise AtlasError(
            text(
                f"kein Gebiet wird gezählt, {len(rows)} sind ausgeschlossen",
                f"no area is counted, {len(rows)} are excluded",
            )
        )
    statistics: dict[str, dict[str, Decimal]] = {}
    transformed: dict[str, dict[str, Decimal]] = {area: {} for area in counted}
    for indicator in method.indicator:
        values = {area: rows[area].indicators[indicator.name] or ZERO for area in counted}
        column = _transform(method, indicator.name, values, table, statistics)
        for area in counted:
            transformed[area][indicator.name] = column[area]
    sums = {area: _combine(method, transformed[area]) for area in counted}
    index = _restandardise(method, sums, table, statistics)
    used, labels = _labels(classes, index)
    areas = {
        area: row
        if row.excluded
        else replace(row, transformed=transformed[area], sum=sums[area], index=index[area], label=labels[area])
        for area, row in rows.items()
    }
    return Result(method=method, areas=areas, statistics=statistics, borders=used)


def _weights(table: Table, areas: Mapping[str, Decimal], weight: str | None) -> dict[str, Decimal] | None:
    return None if weight is None else {area: table[area].get(weight) or ZERO for area in areas}


def _no_variance(what: str, policy: str, values: Mapping[str, Decimal]) -> dict[str, Decimal]:
    if policy == "refuse":
        raise AtlasError(
            text(
                f"{what}: alle {len(values)} gezählten Gebiete haben denselben Wert, eine Streuung gibt es nicht",
                f"{what}: all {len(values)} counted areas have the same value, there is no deviation",
            )
        )
    return dict.fromkeys(values, ZERO)


def _transform(
    method: Method, name: str, values: dict[str, Decimal], table: Table, statistics: dict[str, dict[str, Decimal]]
) -> dict[str, Decimal]:
    step = method.transform
    match step.kind:
        case "z":
            mean, deviation = mean_and_deviation(values, step.deviation, _weights(table, values, step.weight), name)
            statistics[name] = {"mean": mean, "deviation": deviation}
            if not deviation:
                return _no_variance(name, step.zero_variance, values)
            return {a: CONTEXT.divide(CONTEXT.subtract(x, mean), deviation) for a, x in values.items()}
        case "rank":
            ranks = mean_ranks(values)
            return {a: CONTEXT.divide(r, Decimal(len(values))) for a, r in ranks.items()} if step.relative else ranks
        case "quantile":
            places, n = first_places(values), len(values)
            return {a: Decimal(-(-place * step.groups // n)) for a, place in places.items()}
        case "deviation":
            city = _city_value(method, name, values, table)
            statistics[name] = {"city": city}
            away = {a: CONTEXT.subtract(x, city) for a, x in values.items()}
            if not step.relative:
                return away
            return {a: CONTEXT.divide(x, city) for a, x in away.items()} if city else _no_variance(name, "refuse", away)
        case "minmax":
            least, greatest = min(values.values()), max(values.values())
            statistics[name] = {"least": least, "greatest": greatest}
            if least == greatest:
                return _no_variance(name, step.zero_variance, values)
            return {a: CONTEXT.divide(x - least, greatest - least) for a, x in values.items()}
        case "points":
            scale = next(points for points in method.points if points.indicator == name)
            return {a: scale.points[scale.position(_grained(x))] for a, x in values.items()}
        case "none":
            return values


def _city_value(method: Method, name: str, values: Mapping[str, Decimal], table: Table) -> Decimal:
    """The city's own value: the formula over summed inputs, or the weighted mean where inputs are shares."""
    if method.transform.weight:
        return mean_and_deviation(values, "population", _weights(table, values, method.transform.weight), name)[0]
    totals = {i.name: exact_sum(row.get(i.name) or ZERO for row in table.values()) for i in method.input}
    value = indicators(method, totals)[name]
    if value is None:
        raise AtlasError(text(f"{name}: kein Wert der Stadt", f"{name}: the city has no value"))
    return value


def _combine(method: Method, row: Mapping[str, Decimal]) -> Decimal:
    weights = {name: method.combine.weights.get(name, Decimal(1)) for name in row}
    total = exact_sum(CONTEXT.multiply(weights[name], value) for name, value in row.items())
    if method.combine.kind == "sum":
        return total
    divisor = sum((abs(weight) for weight in weights.values()), ZERO)
    if not divisor:
        raise AtlasError(text("alle Gewichte sind 0", "all weights are 0"))
    return CONTEXT.divide(total, divisor)


def _restandardise(
    method: Method, sums: dict[str, Decimal], table: Table, statistics: dict[str, dict[str, Decimal]]
) -> dict[str, Decimal]:
    step = method.restandardise
    if step.kind == "none":
        return sums
    mean, deviation = mean_and_deviation(sums, step.deviation, _weights(table, sums, step.weight), "sum")
    statistics["sum"] = {"mean": mean, "deviation": deviation}
    if not deviation.quantize(_GRAIN, context=CONTEXT):
        return _no_variance("sum", step.zero_variance, sums)
    return {a: CONTEXT.divide(CONTEXT.subtract(x, mean) if step.center else x, deviation) for a, x in sums.items()}


def _grained(value: Decimal) -> Decimal:
    return value.quantize(_GRAIN, context=CONTEXT)


def _labels(classes: Classes, index: Mapping[str, Decimal]) -> tuple[tuple[Decimal, ...], dict[str, str]]:
    grained = {area: _grained(value) for area, value in index.items()}
    borders = classes.borders
    if classes.kind == "quantile":
        ordered = sorted(grained.values())
        borders = tuple(_grained(quantile(ordered, share)) for share in classes.borders)
    elif classes.kind == "rank":
        grained = order_shares(grained)
    scale = Borders.model_construct(borders=borders, belongs=classes.belongs)
    return borders, {area: classes.labels[scale.position(value)].id for area, value in grained.items()}


def run_dynamic(
    method: Method, table: Table, earlier: Table | None = None, withheld: Mapping[str, str] | None = None
) -> Result:
    """Classify the change of each indicator over the years the method declares.

    With `earlier` the change is the difference of the two tables' indicators over areas counted in both; without it
    the changes are read from the inputs that `dynamic.changes` names.
    """
    if method.dynamic is None:
        raise AtlasError(text(f"{method.id} hat keine Dynamik", f"{method.id} declares no dynamic index"))
    status = run(method, table, withheld)
    before = run(method, earlier).areas if earlier is not None else {}
    rows: dict[str, AreaResult] = {}
    for area, row in status.areas.items():
        excluded, changes = row.excluded, dict[str, Decimal | None]()
        if earlier is not None:
            old = before.get(area)
            excluded = excluded or ("missing: earlier edition" if old is None else old.excluded)
            for name, new in row.indicators.items():
                was = old.indicators[name] if old else None
                changes[name] = None if new is None or was is None else CONTEXT.subtract(new, was)
        else:
            changes = {name: row.inputs.get(source) for name, source in method.dynamic.changes.items()}
            if not changes or any(value is None for value in changes.values()):
                excluded = excluded or "missing: change"
        rows[area] = replace(row, indicators=changes, excluded=excluded, transformed={}, sum=None, index=None, label="")
    return _classify(method, rows, table, method.dynamic.classes)


def matrix(status: Result, dynamic: Result) -> dict[str, str]:
    """Status and dynamic of each area counted in both: "status/dynamic", or the name the method gives it."""
    names = status.method.dynamic.matrix if status.method.dynamic else {}
    second = dynamic.classes()
    pairs = {area: f"{label}/{second[area]}" for area, label in status.classes().items() if area in second}
    return {area: names.get(pair, pair) for area, pair in pairs.items()}


def upwards(result: Result, parent: Mapping[str, str]) -> dict[str, tuple[Decimal, str]]:
    """Index and class of larger areas: mean of the counted parts' indices, weighted as the method declares."""
    if result.method.upwards is None or result.method.classes.kind != "fixed":
        raise AtlasError(text("die Methode rechnet nicht nach oben", "the method declares no aggregation upwards"))
    weight = result.method.upwards.weight
    groups: dict[str, dict[str, Decimal]] = {}
    for area, row in result.areas.items():
        if row.index is not None and area in parent:
            groups.setdefault(parent[area], {})[area] = row.index
    found: dict[str, tuple[Decimal, str]] = {}
    for larger, members in groups.items():
        weights = {area: result.areas[area].inputs.get(weight) or ZERO for area in members}
        mean, _ = mean_and_deviation(members, "population", weights, larger)
        label = result.method.classes.labels[result.method.classes.position(_grained(mean))]
        found[larger] = (mean, label.id)
    return found
