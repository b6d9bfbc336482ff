"""Bodies that are not JSON: text in whatever encoding small devices use, and CSV lines."""

from __future__ import annotations

import csv
from typing import Any

from gateway.model import Reason, RejectedError


def decode_text(body: bytes) -> str:
    """UTF-8 (with or without byte order mark), else Latin-1, in which microcontrollers write the degree sign."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("latin-1")


def csv_rows(text: str, columns: tuple[str, ...], delimiter: str, limit: int) -> list[Any]:
    """CSV lines as objects. A first line that names the columns is skipped; so are empty lines.

    A line with too few or too many cells (a broken transmission) stays in the result as it is, an array, which no
    mapping accepts: its neighbours are kept and it is reported.
    """
    rows: list[Any] = []
    names = [column.strip().lower() for column in columns]
    try:
        for cells in csv.reader(text.splitlines(), delimiter=delimiter):
            if not any(cells) or (not rows and [cell.strip().lower() for cell in cells] == names):
                continue
            if len(rows) >= limit:
                raise RejectedError(Reason.ENVELOPE, f"plain message: more than {limit} CSV lines")
            while len(cells) > len(columns) and not cells[-1]:
                cells.pop()
            rows.append(dict(zip(columns, cells, strict=True)) if len(cells) == len(columns) else cells)
    except csv.Error:
        raise RejectedError(Reason.ENVELOPE, "plain message: the CSV lines cannot be read") from None
    return rows
