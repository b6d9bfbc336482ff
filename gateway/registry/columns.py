"""The columns of imported and exported tables: headings in German and English, and how a cell is read and written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

from gateway.atlas.numbers import AmbiguousNumberError, DecimalMark, NumberError, detect_mark, parse_number
from gateway.atlas.reading import Cell, Special
from gateway.registry.checks import BERLIN, device_id
from gateway.registry.errors import RegistryError
from gateway.registry.model import Attribute, PrivacyClass, Siting
from gateway.spreadsheets import plain_text

KindOfTable = Literal["sites", "devices", "installations"]


class CellError(RegistryError):
    """A cell cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is known of a whole column: the decimal mark its numbers prove, else the file's habit."""

    mark: DecimalMark | None


def _refuse(cell: Cell, de: str, en: str) -> CellError:
    shown = cell.shown if isinstance(cell, Special) else str(cell)
    return CellError(f"{shown[:60]!r} {de}", en)


def text(cell: Cell, _: Context) -> str:
    """Text; a whole number of a spreadsheet is text without decimals."""
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    if isinstance(cell, Special):
        raise _refuse(cell, f"ist kein Text ({cell.kind})", f"is no text ({cell.kind}); write it as text")
    return plain_text(cell)


def identity(cell: Cell, context: Context) -> str:
    """An id. A spreadsheet's number has lost leading zeros and digits beyond the fifteenth, so it is refused."""
    if isinstance(cell, Decimal) and len(cell.as_tuple().digits) >= 15:
        raise _refuse(cell, "ist als Zahl gespeichert: Spalte als Text formatieren", "is a number: format as text")
    return device_id(text(cell, context))


def number(cell: Cell, context: Context) -> float:
    """A number with decimal comma or point."""
    if isinstance(cell, Decimal):
        return float(cell)
    if isinstance(cell, Special):
        raise _refuse(cell, "ist keine Zahl", f"is no number ({cell.kind})")
    try:
        found = parse_number(cell, context.mark)
    except NumberError:
        raise _refuse(cell, "ist keine Zahl", "is no number") from None
    if not isinstance(found, Decimal):
        raise _refuse(cell, "ist keine Zahl", "is no number")
    return float(found)


_UNITS = {"": 1, "s": 1, "sek": 1, "sec": 1, "min": 60, "h": 3600, "std": 3600, "d": 86400, "tage": 86400, "tag": 86400}


def seconds(cell: Cell, context: Context) -> float:
    """A length of time: seconds, or a number with its unit ("10 min", "1 h")."""
    if isinstance(cell, str) and (match := re.fullmatch(r"([\d.,]+)\s*([a-zA-Z]+)\.?", cell)):
        factor = _UNITS.get(match[2].lower())
        if factor is None:
            raise _refuse(cell, "ist keine Zeitspanne", "is no length of time (s, min, h, d)")
        return number(match[1], context) * factor
    return number(cell, context)


_TRUTH = {"ja": True, "yes": True, "true": True, "wahr": True, "1": True, "x": True, "privat": True, "private": True,
          "nein": False, "no": False, "false": False, "falsch": False, "0": False, "-": False,
          "öffentlich": False, "public": False}  # fmt: skip


def truth(cell: Cell, _: Context) -> bool:
    """Yes or no."""
    shown = cell.shown if isinstance(cell, Special) else str(cell)
    found = _TRUTH.get(shown.lower())
    if found is None:
        raise _refuse(cell, "ist weder ja noch nein", "is neither yes nor no")
    return found


_GERMAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?(?: Uhr)?")


def moment(cell: Cell, _: Context) -> int:
    """A time, ns UTC: 01.03.2026, 01.03.2026 12:30, ISO 8601, a spreadsheet's date; without zone in local time."""
    shown = cell.shown if isinstance(cell, Special) else str(cell)
    try:
        if isinstance(cell, Decimal):
            shown = ""  # a bare number is no time
        if match := _GERMAN.fullmatch(shown):
            day, month, year, hour, minute, second = (int(part or 0) for part in match.groups())
            found = datetime(year, month, day, hour, minute, second, tzinfo=BERLIN)
        else:
            found = datetime.fromisoformat(shown)
            found = found if found.tzinfo else found.replace(tzinfo=BERLIN)
    except ValueError:
        raise _refuse(cell, "ist kein Zeitpunkt (01.03.2026 12:00)", "is no time (2026-03-01T12:00+01:00)") from None
    since = found.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000_000


def _word(words: Mapping[str, str]) -> Callable[[Cell, Context], str]:
    def read(cell: Cell, context: Context) -> str:
        shown = text(cell, context).strip()
        found = words.get(shown.lower())
        if found is None:
            listed = ", ".join(sorted(set(words.values())))
            raise _refuse(cell, f"ist nicht eines von {listed}", f"is not one of {listed}")
        return found

    return read


SITING_WORDS = {str(each): str(each) for each in Siting} | {
    "verkehr": "traffic", "verkehrsnah": "traffic", "hintergrund": "background", "industrie": "industrial",
    "grün": "green", "park": "green", "wald": "green", "gewässer": "water", "wasser": "water", "straße": "street",
    "strasse": "street", "parken": "parking", "parkplatz": "parking", "dach": "roof", "innen": "indoor",
    "innenraum": "indoor", "unterirdisch": "underground", "keller": "underground", "sonstige": "other",
}  # fmt: skip
PRIVACY_WORDS = {str(each): str(each) for each in PrivacyClass} | {
    "öffentlich": "public", "offen": "public", "intern": "internal", "personenbezogen": "personal",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: the fact it holds, its headings (the German one first, it is exported), how a cell is read."""

    field: str
    de: str
    also: tuple[str, ...]
    read: Callable[[Cell, Context], Any] = text
    required: bool = False

    @property
    def numeric(self) -> bool:
        """Whether its cells are numbers."""
        return self.read in {number, seconds}


def _column(
    field: str, de: str, *also: str, read: Callable[[Cell, Context], Any] = text, required: bool = False
) -> Column:
    return Column(field=field, de=de, also=also, read=read, required=required)


_START = _column(
    "start", "Von", "from", "start", "ab", "seit", "installiert am", "valid from", "gültig von", read=moment
)
_STOP = _column("stop", "Bis", "to", "stop", "until", "abgebaut am", "valid to", "gültig bis", read=moment)
_CHANNEL = _column("channel", "Kanal", "channel")

SITES = (
    _column("id", "Standort", "site", "id", "standort id", "site id", "standortkennung", required=True),
    _column("name", "Name", "bezeichnung", "title"),
    _column("longitude", "Längengrad", "longitude", "lon", "länge", "lng", "geogr länge", read=number),
    _column("latitude", "Breitengrad", "latitude", "lat", "breite", "geogr breite", read=number),
    _column("east", "Ostwert", "east", "rechtswert", "easting", "utm ost", "e", read=number),
    _column("north", "Nordwert", "north", "hochwert", "northing", "utm nord", "n", read=number),
    _column("height", "Höhe über NHN", "height", "elevation", "höhe", "altitude", "nhn", read=number),
    _column("above_ground", "Höhe über Grund", "above ground", "montagehöhe", "mounting height", read=number),
    _column("siting", "Lage", "siting", "standorttyp", "umgebung", read=_word(SITING_WORDS)),
    _column("private", "Privat", "private", "privater standort", "private host", read=truth),
    _column("owner", "Eigentümer", "owner", "betreiber"),
    _column("note", "Bemerkung", "note", "notiz", "comment", "kommentar"),
)
DEVICES = (
    _column("id", "Gerät", "device", "deveui", "dev eui", "id", "geräte id", "device id", "gerätekennung",
            read=identity, required=True),
    _column("name", "Name", "bezeichnung", "title"),
    _column("network", "Netz", "network", "netzwerk"),
    _column("decoder", "Decoder", "dekoder"),
    _column("codec", "Codec"),
    _column("mapping", "Abbildung", "mapping"),
    _column("brand", "Hersteller", "brand", "vendor", "manufacturer", "marke"),
    _column("model", "Modell", "model", "typ", "type"),
    _column("serial", "Seriennummer", "serial", "serial number", "sn"),
    _column("source", "Quelle", "source", "datenquelle"),
    _column("owner", "Eigentümer", "owner", "betreiber"),
    _column("privacy", "Schutzklasse", "privacy", "privacy class", "datenschutzklasse", read=_word(PRIVACY_WORDS)),
    _column("mobile", "Mobil", "mobile", read=truth),
    _column("retired_at", "Außer Dienst", "retired", "retired at", "außer betrieb", read=moment),
    _column("expected", "Intervall", "expected interval", "interval", "erwartetes intervall", "sendeintervall",
            read=seconds),
    _column("sensor_class", "Sensorklasse", "sensor class", "klasse", "class", "cen ts 17660", read=number),
    _column("modulus", "Zählerumfang", "modulus", "counter modulus", "überlauf", "rollover", read=number),
    _column("capacity", "Kapazität", "capacity", "stellplätze", "plätze", read=number),
    _column("valid_from", "Gültig ab", "facts valid from", "gilt ab", read=moment),
    _column("site", "Standort", "site", "standort id", "site id"),
    _CHANNEL, _START, _STOP,
    _column("note", "Bemerkung", "note", "notiz", "comment", "kommentar"),
)  # fmt: skip
INSTALLATIONS = (
    _column("device", "Gerät", "device", "deveui", "dev eui", "geräte id", "device id", read=identity, required=True),
    _CHANNEL,
    _column("site", "Standort", "site", "standort id", "site id", required=True),
    _START, _STOP,
    _column("special", "Sonderkanal", "special", read=truth),
    _column("quantity", "Größe", "quantity", "messgröße"),
    _column("factor", "Faktor", "factor", "calibration factor", "kalibrierfaktor", read=number),
    _column("shift", "Versatz", "offset", "shift", "calibration offset", "nullpunkt", read=number),
)  # fmt: skip
DEVICE_FACTS = (Attribute.EXPECTED, Attribute.SENSOR_CLASS, Attribute.MODULUS, Attribute.CAPACITY)
"""What a row of the devices' table says for a time (column "Gültig ab"); all else it says for good."""

TABLES: Mapping[KindOfTable, tuple[Column, ...]] = {
    "sites": SITES, "devices": DEVICES, "installations": INSTALLATIONS,
}  # fmt: skip
SHEETS: Mapping[KindOfTable, str] = {"sites": "Standorte", "devices": "Geräte", "installations": "Installationen"}


def plain(heading: str) -> str:
    """A heading as it is compared: lower case, without units in brackets and punctuation."""
    bare = re.sub(r"[\[(].*?[\])]", " ", heading.casefold())
    return " ".join(re.sub(r"[^\w]+|_", " ", bare).split())


def by_heading(kind: KindOfTable) -> Mapping[str, Column]:
    """Columns by every heading they are known by."""
    return {plain(name): column for column in TABLES[kind] for name in (column.de, column.field, *column.also)}


def recognise(headings: Iterable[str]) -> KindOfTable | None:
    """What a table is about, None when it could be none or several."""
    names = [plain(heading) for heading in headings]
    fits: list[KindOfTable] = []
    for kind in TABLES:
        known = by_heading(kind)
        found = [known[name] for name in names if name in known]
        needed = {column.field for column in TABLES[kind] if column.required}
        if len(found) == len(names) and needed <= {column.field for column in found}:
            fits.append(kind)
    if {"devices", "installations"} <= set(fits):
        # Both know device, site, from and to: such a table says where devices hang.
        fits.remove("devices")
    return fits[0] if len(fits) == 1 else None


def habit(cells: Iterable[Cell], fallback: DecimalMark | None) -> DecimalMark | None:
    """The decimal mark of a column's texts."""
    texts = [re.sub(r"\s*[a-zA-Z]+\.?$", "", cell) for cell in cells if isinstance(cell, str) and cell]
    try:
        return detect_mark(texts) or fallback
    except AmbiguousNumberError:
        return None
