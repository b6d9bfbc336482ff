"""Sites, devices and installations as CSV (German or RFC 4180) and XLSX; what is exported can be imported again."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from gateway.registry.checks import BERLIN
from gateway.registry.columns import DEVICE_FACTS, SHEETS, TABLES, Column, KindOfTable
from gateway.registry.model import EVERY, Attribute, Device, Fact, Installation, Site
from gateway.registry.service import Registry
from gateway.spreadsheets import Dialect, csv_lines, number_text, safe_text

_LEFT_OUT = {"devices": {"site", "channel", "start", "stop", "valid_from"}, "sites": {"east", "north"}}


def columns_of(kind: KindOfTable) -> list[Column]:
    """The columns that are exported."""
    return [column for column in TABLES[kind] if column.field not in _LEFT_OUT.get(kind, set())]


def rows_of(registry: Registry, kind: KindOfTable) -> list[list[Any]]:
    """Values in the order of `columns_of`: text, float, bool, None; times as ints, ns."""
    columns = columns_of(kind)
    if kind == "sites":
        return [[getattr(site, column.field) for column in columns] for site in registry.entries(Site)]
    facts = registry.entries(Fact)
    if kind == "devices":
        now = {
            (fact.device, fact.attribute): fact.value
            for fact in facts
            if (fact.site, fact.channel, fact.quantity, fact.stop) == ("", EVERY, EVERY, None)
        }
        return [
            [now.get((device.id, column.field)) if column.field in DEVICE_FACTS else getattr(device, column.field)
             for column in columns]
            for device in registry.entries(Device)
        ]  # fmt: skip
    rows = []
    bound: dict[tuple[str, str, str, str, int], dict[str, float]] = {}
    for fact in facts:
        if fact.site and fact.attribute in {Attribute.FACTOR, Attribute.SHIFT}:
            key = (fact.device, fact.channel, fact.site, fact.quantity, fact.start)
            bound.setdefault(key, {})[fact.attribute] = fact.value
    for each in registry.entries(Installation):
        calibrated: list[tuple[str | None, float | None, float | None]] = [
            (quantity, values.get("factor"), values.get("shift"))
            for (device, channel, site, quantity, start), values in sorted(bound.items())
            if (device, channel, site, start) == (each.device, each.channel, each.site, each.start)
        ]
        for quantity, factor, shift in calibrated or [(None, None, None)]:
            values = {"quantity": quantity, "factor": factor, "shift": shift}
            row = [values[c.field] if c.field in values else getattr(each, c.field) for c in columns]
            rows.append([None if value == EVERY else value for value in row])
    return rows


def to_csv(registry: Registry, kind: KindOfTable, dialect: Dialect = "de") -> bytes:
    """A table as CSV: "de" with semicolon, decimal comma and BOM for Excel, "rfc" with comma and point."""
    columns = columns_of(kind)
    rows = _csv_rows(rows_of(registry, kind), columns, dialect)
    return csv_lines(chain([[column.de for column in columns]], rows), dialect, first=True)


def _csv_rows(rows: Iterable[Sequence[Any]], columns: Sequence[Column], dialect: Dialect) -> Iterable[list[str]]:
    for row in rows:
        yield [_text(value, column, dialect) for value, column in zip(row, columns, strict=True)]


def _text(value: Any, column: Column, dialect: Dialect) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "ja" if value else "nein"
        case int():
            return _moment(value).isoformat()
        case float():
            return number_text(value, german=dialect == "de")
        case _:
            return str(value) if column.required else safe_text(str(value))


def _moment(ns: int) -> datetime:
    return datetime.fromtimestamp(ns // 1_000_000_000, UTC).astimezone(BERLIN)


def to_xlsx(registry: Registry) -> bytes:
    """All tables as one workbook with a sheet each; dates are ISO texts, so that their offset is not lost."""
    import xlsxwriter  # type: ignore[import-untyped]  # noqa: PLC0415 - untyped; only this format pays for it

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold = book.add_format({"bold": True})
        for kind, name in SHEETS.items():
            sheet = book.add_worksheet(name)
            for place, column in enumerate(columns_of(kind)):
                sheet.write_string(0, place, column.de, bold)
            for line, row in enumerate(rows_of(registry, kind), 1):
                for place, value in enumerate(row):
                    if isinstance(value, float):
                        sheet.write_number(line, place, value)
                    elif value is not None:
                        sheet.write_string(line, place, _plain(value))
            sheet.freeze_panes(1, 0)
    return out.getvalue()


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nein"
    return _moment(value).isoformat() if isinstance(value, int) else str(value)
