"""Every indicator there is, read from the data of this package."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from gateway.aggregation.indicators.air import limits
from gateway.aggregation.indicators.model import Combine, Indicator
from gateway.aggregation.rules import read
from gateway.quantities import QUANTITIES

_STATISTIC = {
    "hour_mean": ("Stundenmittel", "hourly mean"), "day_mean": ("Tagesmittel", "daily mean"),
    "max_8h": ("höchster 8-h-Mittelwert des Tages", "largest 8-hour mean of the day"),
    "year_mean": ("Jahresmittel", "annual mean"), "aot40": ("AOT40 Mai bis Juli", "AOT40 of May to July"),
}  # fmt: skip
_KIND = {
    "limit": ("Grenzwert", "limit value"), "target": ("Zielwert", "target value"),
    "long_term": ("langfristiges Ziel", "long-term objective"), "alert": ("Alarmschwelle", "alert threshold"),
    "information": ("Informationsschwelle", "information threshold"), "guideline": ("Richtwert", "guideline value"),
}  # fmt: skip


@cache
def catalogue() -> Mapping[str, Indicator]:
    """Every indicator by id."""
    return {each.id: each for part in (_air(), _weather(), _city()) for each in part}


def _air() -> Iterator[Indicator]:
    for limit in limits():
        name, kind, statistic = QUANTITIES[limit.quantity], _KIND[limit.kind], _STATISTIC[limit.statistic]
        exposure = limit.statistic == "aot40"
        yield Indicator(
            id=limit.id, kind="aot40" if exposure else limit.kind, quantities=(limit.quantity,),
            de=f"{name.de}: {kind[0]}, {statistic[0]} > {limit.value:g}",
            en=f"{name.en}: {kind[1]}, {statistic[1]} > {limit.value:g}",
            unit="ug/m3.h" if exposure else name.unit, source=limit.source, row=limit, valid_from=limit.valid_from,
            valid_to=limit.valid_to, rule=read("thresholds")["aot40"]["rule"] if exposure else "default",
        )  # fmt: skip
    for id_, row in read("indices").items():
        if isinstance(row, dict):
            yield Indicator(
                id=id_, kind="air_index", quantities=tuple(row["pollutants"]), de=row["de"], en=row["en"], unit="1",
                source=row["source"], row=row, valid_from=row["valid_from"], valid_to=row.get("valid_to"),
                assumption=row.get("assumption", ""), joint=True,
            )  # fmt: skip


def _weather() -> Iterator[Indicator]:
    table = read("thresholds")
    for id_, row in table["climate_day"].items():
        yield _of(id_, "climate_day", (row["quantity"],), row, QUANTITIES[row["quantity"]].unit)
    rain = ("precipitation", "precipitation_total")
    for id_, row in table["rain_day"].items():
        yield _of(id_, "rain_day", rain, row, "mm")
    words = {"de": "Starkregen (Warnstufe)", "en": "heavy rain (warning class)"}
    yield _of("heavy_rain", "heavy_rain", rain, table["heavy_rain"] | words, "1")


def _city() -> Iterator[Indicator]:
    table = read("thresholds")
    for id_, row in table["noise_band"].items():
        yield _of(id_, "noise", ("sound_level_a_eq", "sound_level_a"), row, "dB(A)", combine=Combine.ENERGY)
    for kind, unit, combine in (
        ("share_above", "1", Combine.WORST), ("gauge", "1", Combine.WORST), ("traffic", "1/d", Combine.SUM),
    ):  # fmt: skip
        for id_, row in table[kind].items():
            yield _of(id_, kind, tuple(row["quantities"]), row, unit, combine=combine)


def _of(
    id_: str, kind: str, quantities: tuple[str, ...], row: Mapping[str, Any], unit: str, *,
    combine: Combine = Combine.WORST,
) -> Indicator:  # fmt: skip
    return Indicator(
        id=id_, kind=kind, quantities=quantities, de=row["de"], en=row["en"], unit=unit, source=row["source"],
        row=row, combine=combine,
    )  # fmt: skip
