"""Delivered files as tables: CSV in German and English dialects, XLSX, JSON. The content decides which, not the name.

Reading changes nothing: leading zeros stay, numbers stay as they are printed. What a table must not hold (formulas,
dates in place of area numbers, merged cells) becomes a `Special` cell or a fault with row and column.
"""

from __future__ import annotations

from gateway.atlas.csv_file import read_csv
from gateway.atlas.errors import text
from gateway.atlas.json_file import read_json
from gateway.atlas.table import MAX_BYTES, Cell, ReadOptions, Row, Special, Table, letter, refuse
from gateway.atlas.xlsx_file import read_xlsx

__all__ = ["MAX_BYTES", "Cell", "ReadOptions", "Row", "Special", "Table", "letter", "read_table", "refuse"]

_AUTO = ReadOptions()


def read_table(content: bytes, file: str, options: ReadOptions = _AUTO) -> Table:
    """Read a delivered file; raises RefusedError with every fault of its form."""
    if len(content) > MAX_BYTES:
        refuse(
            file,
            text(f"{len(content)} Bytes, erlaubt sind {MAX_BYTES}", f"{len(content)} bytes, allowed {MAX_BYTES}"),
            text("nur die verlangte Tabelle senden", "send only the table that is asked for"),
        )
    if not content.strip():
        refuse(
            file, text("die Datei ist leer", "the file is empty"), text("erneut ausgeben und senden", "export again")
        )
    start = content[:512].lstrip()
    for magic, what in (
        (b"\xd0\xcf\x11\xe0", "XLS (Excel 97) / Kennwortschutz, password protection"),
        (b"%PDF", "PDF"),
        (b"\x1f\x8b", "gzip"),
        (b"\x89PNG", "PNG"),
        (b"\xff\xd8\xff", "JPEG"),
        (b"<", "HTML/XML"),
        (b"{\\rtf", "RTF"),
    ):
        if start.startswith(magic):
            refuse(
                file,
                text(f"Format wird nicht gelesen: {what}", f"format is not read: {what}"),
                text("als XLSX ohne Kennwort oder als CSV speichern", "save as XLSX without password, or as CSV"),
            )
    if content.startswith(b"PK"):
        return read_xlsx(content, file, options)
    if start.lstrip(b"\xef\xbb\xbf")[:1] in {b"{", b"["}:
        return read_json(content, file)
    return read_csv(content, file, options)
