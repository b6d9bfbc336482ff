"""What the read routes of registers answer: rows of released editions, each with its SDMX status codes. Blocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from starlette.requests import Request

from gateway.atlas.datasets import Dataset
from gateway.atlas.errors import AtlasError, text
from gateway.atlas.products import Product
from gateway.atlas.registers import Registers

PUBLIC = "public"
Row = dict[str, Any]


class Answers:
    """Read, count what is suppressed, log."""

    def __init__(self, registers: Registers) -> None:
        """Everything is read from the public tables of released editions."""
        self.registers = registers

    def edition(self, product: str, stichtag: date) -> Row:
        """The released edition of a date."""
        return self.registers.find(product, stichtag, public=True)

    def overview(self) -> Row:
        """Datasets, products, burden methods, released editions."""
        definitions = self.registers.definitions
        return {
            "datasets": [_dataset(dataset) for dataset in definitions.datasets.values()],
            "products": [_product(product) for product in definitions.products.values()],
            "burdens": [
                method.model_dump(mode="json", include={"id", "version", "title", "note", "environment", "social"})
                for method in definitions.burdens.values()
            ],
            "editions": self.registers.released(),
        }

    def values(self, product: str, stichtag: date, wanted: Mapping[str, Any]) -> list[Row]:
        """Counts and measures, long; raises AtlasError when a filter names nothing."""
        rows = self.edition(product, stichtag)["public"]["counts"]
        for name in ("variable", "group", "area"):
            known = list(dict.fromkeys(row[name] for row in rows))
            if wanted[name] not in {None, *known}:
                told = text(f"{name} {wanted[name]!r} gibt es nicht", f"there is no {name} {wanted[name]!r}")
                raise AtlasError(f"{told}: {', '.join(known[:80])}")
        return [
            {**row, "value": number(row["value"])}
            for row in rows
            if all(wanted[name] in {None, row[name]} for name in ("variable", "group", "area"))
        ]

    def variant(self, product: str, stichtag: date, variant: str) -> tuple[Row, Row]:
        """An edition and the public result of one of its variants."""
        edition = self.edition(product, stichtag)
        found = edition["public"]["variants"].get(variant)
        if found is None:
            known = ", ".join(edition["public"]["variants"])
            raise AtlasError(text(f"Variante {variant!r} gibt es nicht", f"no variant {variant!r}") + f": {known}")
        return edition, found

    def classes(self, product: str, stichtag: date, variant: str, area: str | None) -> list[Row]:
        """One row for each Quartier with its class and the numbers behind it."""
        edition, found = self.variant(product, stichtag, variant)
        names = self.registers.definitions.areas[self.registers.product(product).areas].names
        if area is not None and area not in found["areas"]:
            raise AtlasError(text(f"Gebiet {area!r} ist nicht in der Ausgabe", f"area {area!r} is not in the edition"))
        return [
            _class_row(edition, found, variant, code, names.get(code, code))
            for code in found["areas"]
            if area in {None, code}
        ]

    def log(self, request: Request, hidden: int) -> None:
        """C10."""
        query = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
        self.registers.log_query(PUBLIC, query, hidden)


def number(value: str | None) -> int | float | None:
    """A decimal text as JSON's number: whole ones as such."""
    if value is None:
        return None
    return int(value) if value.lstrip("-").isdigit() else float(value)


def suppressed(rows: Iterable[Mapping[str, Any]]) -> int:
    """How many rows are confidential."""
    return sum(row.get("status") == "confidential" for row in rows)


def widened(rows: Sequence[Row]) -> list[Row]:
    """Long rows of values as one row for each area: DATASET.VARIABLE[@GROUP], and its status codes beside it."""
    found: dict[str, Row] = {}
    for row in rows:
        wide = found.setdefault(row["area"], {"area": row["area"], "area_name": row["area_name"]})
        group = "" if row["group"] == "all" else f"@{row['group']}"
        name = f"{row['dataset']}.{row['variable']}{group}"
        wide[name] = row["value"]
        wide |= {f"{name}.{code}": row[code] for code in ("status", "obs_status", "conf_status")}
    return list(found.values())


def _class_row(edition: Mapping[str, Any], found: Mapping[str, Any], variant: str, code: str, name: str) -> Row:
    row = found["areas"][code]
    labels = {label["id"]: label for label in found["method"]["classes"]["labels"]}
    label = labels.get(row["class"], {})
    hidden = row["excluded"] == "confidential"
    return {
        "product": edition["product"],
        "stichtag": edition["stichtag"],
        "revision": edition["revision"],
        "variant": variant,
        "area": code,
        "area_name": name,
        "class": row["class"] or None,
        "letter": label.get("letter") or None,
        "title": label.get("title", {}).get("de"),
        "index": _real(row["index"]),
        "sum": _real(row["sum"]),
        **{f"z_{indicator}": _real(value) for indicator, value in row["transformed"].items()},
        "dynamic": found.get("dynamic", {}).get("areas", {}).get(code, {}).get("class") or None,
        "status": "confidential" if hidden else "ok" if row["class"] else "excluded",
        "obs_status": "A" if row["class"] else "M",
        "conf_status": "C" if hidden else "F",
        "excluded": row["excluded"] or None,
        "method": f"{found['method']['id']} {found['method']['version']}",
    }


def _real(value: str | None) -> float | None:
    return None if value is None else float(value)


def _dataset(dataset: Dataset) -> Row:
    return dataset.model_dump(
        mode="json", include={"id", "version", "title", "sender", "licence", "reference", "due"}
    ) | {
        "legal": dataset.legal.model_dump(mode="json"),
        "variables": [
            variable.model_dump(mode="json", exclude={"max_jump", "jump_floor"}) for variable in dataset.variable
        ],
    }


def _product(product: Product) -> Row:
    return product.model_dump(mode="json", include={"id", "version", "title", "method_note", "breaks", "ratio"}) | {
        "variants": [variant.model_dump(mode="json") for variant in product.variant],
        "datasets": list(product.datasets),
    }
