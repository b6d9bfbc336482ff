"""Numbers as plain devices write them: JSON numbers, text with decimal comma, booleans, words, a unit behind."""

from __future__ import annotations

import re
from math import isfinite
from typing import Any, Literal

DecimalSign = Literal["auto", ",", "."]

_WORDS = {"true": 1.0, "on": 1.0, "yes": 1.0, "open": 1.0, "false": 0.0, "off": 0.0, "no": 0.0, "closed": 0.0}
_MISSING = frozenset({"", "null", "none", "n/a", "na", "-", "--", "---"})
_NUMBER = re.compile(
    r"([+-]?(?:\d[\d.,]*|[.,]\d+)(?:[eE][+-]?\d{1,3})?)"
    "\\s*([%°a-zA-Z\N{MICRO SIGN}\N{GREEK SMALL LETTER MU}][^\\s,;:]{0,15})?"
)
_GROUPS = {",": re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+"), ".": re.compile(r"[+-]?\d{1,3}(?:,\d{3})+")}

UNIT_CODES = {
    "P1": "%", "A97": "hPa", "MTS": "m/s", "KMH": "km/h", "DD": "deg", "MTR": "m", "CMT": "cm", "MMT": "mm",
    "LUX": "lx", "2N": "dB", "VLT": "V", "2Z": "mV", "AMP": "A", "4K": "mA", "WTT": "W", "KWH": "kW.h", "C62": "1",
    "59": "[ppm]", "61": "[ppb]", "D54": "W/m2", "H67": "mm/h", "FAH": "[degF]", "KEL": "K", "CEL": "Cel",
    "MQH": "m3/h", "MTQ": "m3", "LTR": "L", "SEC": "s", "MIN": "min", "HUR": "h", "GQ": "ug/m3", "GP": "mg/m3",
    "PAL": "Pa", "KPA": "kPa",
}  # fmt: skip
"""UN/CEFACT Recommendation 20 codes, which NGSI-LD writes as `unitCode`, to UCUM."""


def number(value: Any, decimal: DecimalSign = "auto") -> tuple[float | None, str]:
    """A value as a number.

    Args:
        value: JSON-like.
        decimal: decimal sign of numbers in text; "auto" reads 21,5 and 21.5 alike, and 1.234,5 as 1234.5.

    Returns:
        the number, None when the device says that it has none (null, "", "n/a"); and the unit that stood behind it.

    Raises:
        ValueError: it is no finite number; says why, not what stood there.
    """
    if value is None:
        return None, ""
    if isinstance(value, int | float):
        try:
            result = float(value)
        except OverflowError:
            raise ValueError("too large a number") from None
        if not isfinite(result):
            raise ValueError("not a finite number")
        return result, ""
    if not isinstance(value, str):
        raise ValueError("an object or array, not a number")  # noqa: TRY004 - one error for whatever stands there
    return _from_text(value.strip(), decimal)


def _from_text(text: str, decimal: DecimalSign) -> tuple[float | None, str]:
    word = text.lower()
    if word in _MISSING:
        return None, ""
    if word in _WORDS:
        return _WORDS[word], ""
    found = _NUMBER.fullmatch(text) if len(text) <= 64 else None
    if found is None:
        raise ValueError("text that is no number")
    result = float(_point(found[1], decimal))
    if not isfinite(result):
        raise ValueError("not a finite number")
    return result, found[2] or ""


def _point(digits: str, decimal: DecimalSign) -> str:
    """The number with a decimal point and without grouping signs; raises ValueError where the signs make no number."""
    mantissa, e, exponent = digits.replace("E", "e").partition("e")
    if decimal == "auto":
        dot, comma = mantissa.rfind("."), mantissa.rfind(",")
        if dot >= 0 and comma >= 0:
            decimal = "." if dot > comma else ","
        elif mantissa.count(",") > 1:
            decimal = "."  # 1,234,567: the comma can only group
        elif mantissa.count(".") > 1:
            decimal = ","
        else:
            decimal = "," if comma >= 0 else "."
    whole, sign, fraction = mantissa.partition(decimal)
    if not whole.lstrip("+-").isdecimal() and whole not in ("", "+", "-"):
        if not _GROUPS[decimal].fullmatch(whole):
            raise ValueError("text that is no number")
        whole = whole.replace("." if decimal == "," else ",", "")
    if fraction and not fraction.isdecimal():
        raise ValueError("text that is no number")
    return f"{whole}.{fraction}{e}{exponent}" if sign else f"{whole}{e}{exponent}"
