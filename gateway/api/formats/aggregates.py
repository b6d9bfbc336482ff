"""Figures of areas as rows of JSON, CSV (German, RFC 4180) and GeoJSON. Every row says what it does not know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from math import isfinite
from typing import Any

from gateway.api.formats.observations import unit_of
from gateway.api.times import format_local, format_utc
from gateway.areas.model import Area
from gateway.spreadsheets import Dialect, csv_lines, number_text, safe_text

STATUS = {
    "ok": "ok",
    "insufficient_coverage": "zu wenig Daten",
    "no_data": "keine Daten",
    "confidential": "geheim",
}
"""Words for the status in the German dialect."""
FINAL = {"provisional": "vorläufig", "final": "endgültig"}

COLUMNS: Mapping[str, str] = {
    "area_id": "gebiet_id", "area_name": "gebiet", "level": "ebene", "quantity": "messgroesse", "stat": "statistik",
    "unit": "einheit", "period_start": "beginn_utc", "period_end": "ende_utc", "period_start_local": "beginn_iso",
    "period_end_local": "ende_iso", "key": "schluessel", "value": "wert", "status": "status", "bound": "schranke",
    "coverage": "abdeckung", "n_sites": "n_standorte", "n_sites_valid": "n_standorte_gueltig",
    "panel": "n_panel", "n_obs": "n_messwerte", "qc_excluded": "n_ausgeschlossen", "estimator": "schaetzer",
    "sensor_class": "sensorklasse", "note": "hinweis", "finality": "stand", "revision": "revision",
    "computed_at": "berechnet", "method_version": "methode",
}  # fmt: skip
"""Members of a row in JSON and in the RFC dialect → column names of the German dialect."""
NOT_REPRESENTATIVE = "n_sites=1: nicht repräsentativ"


class Named:
    """Names of areas at a time."""

    def __init__(self, areas: Sequence[Area]) -> None:
        self._versions: dict[str, list[Area]] = {}
        for area in areas:
            self._versions.setdefault(area.id, []).append(area)

    def at(self, id_: str, day: Any) -> Area | None:
        """The version that holds on `day`, else the last there is."""
        versions = self._versions.get(id_, [])
        return next((area for area in versions if area.holds(day)), versions[-1] if versions else None)


def row(one: Mapping[str, Any], area: Area | None, zone: tzinfo, watermark: int, method: str) -> dict[str, Any]:
    """A row of `gateway.aggregator.query.Figures.pieces` as a JSON object."""
    value = one["value"]
    return {
        "area_id": one["area"],
        "area_name": area.name if area else one["area"],
        "level": area.level if area else "",
        "quantity": one["quantity"],
        "stat": one["stat"],
        "unit": _unit(one["quantity"], one["stat"]),
        "period_start": format_utc(one["start"]),
        "period_end": format_utc(one["stop"]),
        "period_start_local": format_local(one["start"], zone)[1],
        "period_end_local": format_local(one["stop"], zone)[1],
        "key": one["key"],
        "value": value if value is not None and isfinite(value) else None,
        "status": one["status"],
        "bound": one["bound"] if value is not None else None,
        "coverage": one["coverage"],
        "n_sites": one["n_sites"],
        "n_sites_valid": one["n_sites_valid"],
        "panel": one["panel"],
        "n_obs": one["n"],
        "qc_excluded": one["excluded"],
        "estimator": one["estimator"] if one["stat"] == "value" else f"{one['stat']}_of_sites",
        "sensor_class": one["sensor_class"],
        "note": NOT_REPRESENTATIVE if one["n_sites_valid"] == 1 and value is not None else None,
        "finality": "final" if one["stop"] <= watermark else "provisional",
        "revision": one["revision"],
        "computed_at": None if one["computed_at"] is None else format_utc(one["computed_at"]),
        "method_version": method,
    }


def csv_head(dialect: Dialect) -> bytes:
    """Byte order mark (German dialect) and the line of column names."""
    return csv_lines([("beginn", *COLUMNS.values()) if dialect == "de" else tuple(COLUMNS)], dialect, first=True)


def csv_rows(rows: Iterable[Mapping[str, Any]], dialect: Dialect) -> bytes:
    """The lines of some rows as `row` makes them."""
    return csv_lines((_cells(each, dialect) for each in rows), dialect)


def features(rows: Iterable[Mapping[str, Any]], geometry: Mapping[str, Any]) -> list[dict[str, Any]]:
    """GeoJSON features: a row's members as properties; `geometry` by area id."""
    return [
        {"type": "Feature", "id": f"{each['area_id']}/{each['quantity']}/{each['stat']}/{each['period_start']}",
         "geometry": geometry.get(each["area_id"]), "properties": dict(each)}
        for each in rows
    ]  # fmt: skip


def _unit(quantity: str, stat: str) -> str:
    return "1" if stat in {"concentration", "worst_class"} else unit_of(quantity)


def _cells(each: Mapping[str, Any], dialect: Dialect) -> tuple[str, ...]:
    german = dialect == "de"
    cells = []
    for name in COLUMNS:
        value = each[name]
        if value is None:
            cells.append("")
        elif isinstance(value, float):
            cells.append(number_text(value, german=german))
        elif name == "status" and german:
            cells.append(STATUS[value])
        elif name == "finality" and german:
            cells.append(FINAL[value])
        else:
            cells.append(safe_text(str(value)) if name != "bound" else str(value))
    if german:
        local = each["period_start_local"]
        cells.insert(0, f"{local[8:10]}.{local[5:7]}.{local[:4]} {local[11:16]}")
    return tuple(cells)
