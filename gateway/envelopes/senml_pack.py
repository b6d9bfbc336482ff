"""A SenML pack to its resolved values (RFC 8428, section 4.6): base fields applied, labels and times made absolute."""

from __future__ import annotations

from decimal import Decimal
from math import isfinite
from typing import Any, NamedTuple

import msgspec

from gateway.envelopes.text import MALFORMED, malformed
from gateway.model import SECOND_NS, Reason, Received, RejectedError

MAX_RECORDS = 10_000
RELATIVE = 1 << 28
"""Times below count from now (RFC 8428, section 4.5.3)."""

_VERSION = 10
_LABELS = {
    -1: "bver", -2: "bn", -3: "bt", -4: "bu", -5: "bv", -6: "bs", 0: "n", 1: "u", 2: "v", 3: "vs", 4: "vb", 5: "s",
    6: "t", 7: "ut", 8: "vd",
}  # fmt: skip
_SELF_DESCRIBED = b"\xd9\xd9\xf7"
"""The tag that says "this is CBOR" (RFC 8949, section 3.4.6)."""


_KNOWN = frozenset(_LABELS.values())
_BASE_FIELDS = frozenset({"bver", "bn", "bt", "bu", "bv", "bs"})


class Value(NamedTuple):
    """One resolved value; its whole name is `base` and `name`, its `time` is None for "now"."""

    base: str
    name: str
    value: float | str
    unit: str
    time: int | None
    sum: bool


class _Base:
    """The base fields so far."""

    name: str = ""
    time: Decimal | None = None
    unit: str = ""
    value: Decimal | None = None
    sum: Decimal | None = None


def records(received: Received) -> list[Any]:
    """The pack of a message, from JSON or CBOR; raises RejectedError."""
    body, kind = received.body, received.content_type
    if "xml" in kind or "exi" in kind:
        raise RejectedError(Reason.UNSUPPORTED, "SenML in XML or EXI; send JSON or CBOR")
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if "json" in kind or ("cbor" not in kind and start in (b"[", b"{")):
        try:
            pack = msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"))
        except MALFORMED as error:
            raise malformed("SenML", error) from None
    else:
        pack = _cbor(body)
    if isinstance(pack, dict):
        pack = [pack]
    if not isinstance(pack, list):
        raise RejectedError(Reason.ENVELOPE, "SenML: a pack is an array of records")
    if len(pack) > MAX_RECORDS:
        raise RejectedError(Reason.ENVELOPE, f"SenML: {len(pack)} records are more than {MAX_RECORDS}")
    return pack


def _cbor(body: bytes) -> Any:
    import cbor2  # noqa: PLC0415 - only where CBOR arrives

    try:
        return cbor2.loads(body.removeprefix(_SELF_DESCRIBED), max_depth=8)
    except cbor2.CBORError:
        raise RejectedError(Reason.ENVELOPE, "SenML: neither JSON nor well-formed CBOR") from None


def resolve(records: list[Any], now: int, problems: list[str]) -> list[Value]:
    """Apply the base fields.

    Args:
        records: of the pack.
        now: ns, what relative times count from.
        problems: what records that cannot be used get wrong is appended.

    Raises:
        RejectedError: UNSUPPORTED, ENVELOPE when a base field is wrong.
    """
    base = _Base()
    values: list[Value] = []
    for index, raw in enumerate(records):
        if not isinstance(raw, dict):
            problems.append(f"record {index} is no object")
            continue
        record = raw
        if not _KNOWN.issuperset(raw):
            record = {_LABELS.get(key, key) if isinstance(key, int) else key: value for key, value in raw.items()}
            if any(isinstance(key, str) and key.endswith("_") for key in record):
                raise RejectedError(Reason.UNSUPPORTED, f"SenML: record {index} has a field that must be understood")
        try:
            if not _BASE_FIELDS.isdisjoint(record):
                _rebase(base, record)
            values += _values(base, record, now)
        except _BaseError as error:
            raise RejectedError(Reason.ENVELOPE, f"SenML: record {index}: {error}") from None
        except ValueError as error:
            problems.append(f"record {index}: {error}")
    return values


class _BaseError(Exception):
    """A base field is wrong: nothing after it can be resolved."""


def _rebase(base: _Base, record: dict[Any, Any]) -> None:
    try:
        version = record.get("bver", _VERSION)
        if not isinstance(version, int) or version > _VERSION:
            raise RejectedError(Reason.UNSUPPORTED, "SenML of a newer version")
        base.name = _text(record, "bn") if "bn" in record else base.name
        base.unit = _text(record, "bu") if "bu" in record else base.unit
        base.time = _decimal(record, "bt") if "bt" in record else base.time
        base.value = _decimal(record, "bv") if "bv" in record else base.value
        base.sum = _decimal(record, "bs") if "bs" in record else base.sum
    except ValueError as error:
        raise _BaseError(str(error)) from None


def _values(base: _Base, record: dict[Any, Any], now: int) -> list[Value]:
    name = _text(record, "n") if "n" in record else ""
    unit = _text(record, "u") if "u" in record else base.unit
    time = _time(base, record, now)
    value: float | str | None = None
    total: float | None = None
    if "vb" in record:
        if not isinstance(record["vb"], bool):
            raise ValueError("vb is no boolean")
        value = float(record["vb"])
    elif "vs" in record:
        value = _text(record, "vs")
    elif "v" in record or (base.value is not None and name and not record.keys() & {"vd", "s"}):
        value = _add(base.value, record, "v")
    if "s" in record or (base.sum is not None and "v" in record):
        total = _add(base.sum, record, "s")
    if value is None and total is None and name and "vd" not in record:
        raise ValueError("no value")
    found = [] if value is None else [Value(base.name, name, value, unit, time, sum=False)]
    return found if total is None else [*found, Value(base.name, name, total, unit, time, sum=True)]


def _time(base: _Base, record: dict[Any, Any], now: int) -> int | None:
    """ns; None for now. Exact: the decimal digits that were sent are added, not their nearest floats."""
    seconds = base.time or Decimal(0)
    if "t" in record:
        seconds += _decimal(record, "t")
    if not seconds:
        return None
    if abs(seconds) >= 10**11:
        raise ValueError("t is no time")
    ns = int(seconds * SECOND_NS)
    return now + ns if seconds < RELATIVE else ns


def _add(base: Decimal | None, record: dict[Any, Any], key: str) -> float:
    if base is None:
        return _float(record, key)
    result = float(base + (_decimal(record, key) if key in record else 0))
    if not isfinite(result):
        raise ValueError(f"{key} is no finite number")
    return result


def _float(record: dict[Any, Any], key: str) -> float:
    """A finite number of the record; raises ValueError."""
    value = record[key]
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError(f"{key} is no number")  # noqa: TRY004 - one error for whatever stands there
    try:
        result = float(value)
    except OverflowError:
        raise ValueError(f"{key} is no finite number") from None
    if not isfinite(result):
        raise ValueError(f"{key} is no finite number")
    return result


def _decimal(record: dict[Any, Any], key: str) -> Decimal:
    """A number of the record by its decimal digits; raises ValueError."""
    result, value = _float(record, key), record[key]
    return Decimal(value) if isinstance(value, int) and abs(value) < 1 << 63 else Decimal(repr(result))


def _text(record: dict[Any, Any], key: str) -> str:
    value = record[key]
    if not isinstance(value, str):
        raise ValueError(f"{key} is no text")  # noqa: TRY004 - one error for whatever stands there
    return value
