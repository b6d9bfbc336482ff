"""Flux queries for what `line_protocol` wrote, and their CSV answers as dataframes.

Value and flag are two fields, so two tables; the flag is there for every point. Reading both and joining them here
takes a third of the time of Flux's own `pivot` (300,000 points: 0.4 s and 1.2 s).
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import polars as pl

from gateway.store.line_protocol import decode_name, encode_name, measurement_name

FLAG, VALUE = "flag", "value"
_SERIES = ["device", "channel", "quantity", "time"]


_IMPORT = 'import "types"\n'
_TYPES = {FLAG: "int", VALUE: "float"}


class FluxError(Exception):
    """The server began to answer and then failed; the message has its words."""


class MixedTypesError(Exception):
    """Another writer has put values of another type among the points: the query must ask for ours."""


def text(name: str) -> str:
    """A Flux string literal. Nothing in it ends the literal or is evaluated."""
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"').replace("${", "\\${") + '"'


def points(
    bucket: str,
    field: str,
    start: int,
    stop: int,
    *,
    quantity: str | None = None,
    devices: Sequence[str] = (),
    tail: str = "",
    typed: bool = False,
    exceptions: bool = False,
) -> str:
    """A query for one field of points in `[start, stop)` ns.

    Args:
        bucket: its name.
        field: FLAG or VALUE.
        start: ns.
        stop: ns.
        quantity: only this one.
        devices: only these; all when empty.
        tail: what is done with each series, such as "|> last()".
        typed: leave out values of another type than ours; seven times slower, so only where there are such.
        exceptions: only values that are not 1; InfluxDB looks for them itself, a fifth of the time of reading all.
    """
    tests = [f"r._field == {text(field)}"]
    if quantity is not None:
        tests.append(f"r._measurement == {text(measurement_name(quantity))}")
    if devices:
        tests.append(f"({' or '.join(f'r.device == {text(encode_name(device))}' for device in devices)})")
    if exceptions:
        tests.append("r._value != 1")
    if typed:
        tests.append(f"types.isType(v: r._value, type: {text(_TYPES[field])})")
    columns = ["_time", "_value", "device", "channel"] + (["_measurement"] if quantity is None else [])
    source = f"from(bucket: {text(bucket)})"
    return (
        f"{_IMPORT if typed else ''}{source} |> range(start: time(v: {start}), stop: time(v: {stop}))"
        f" |> filter(fn: (r) => {' and '.join(tests)}) {tail}"
        f" |> keep(columns: [{', '.join(map(text, columns))}]) |> group()"
    )


def count(bucket: str, quantity: str, start: int, stop: int) -> str:
    """A query for the number of points of a quantity in `[start, stop)` ns."""
    return (
        f"from(bucket: {text(bucket)}) |> range(start: time(v: {start}), stop: time(v: {stop}))"
        f" |> filter(fn: (r) => r._measurement == {text(measurement_name(quantity))} and r._field == {text(FLAG)})"
        ' |> count() |> group() |> sum() |> keep(columns: ["_value"])'
    )


def read_count(body: bytes) -> int:
    """The answer to `count`; nothing stored gives no table at all."""
    return sum(int(line.rsplit(b",", 1)[1]) for line in body.split(b"\r\n")[1:] if line)


def read(body: bytes, field: str, quantity: str | None = None) -> pl.DataFrame:
    """Columns device, channel, quantity, time and the field, as text from the CSV without annotations; see `plain`.

    Args:
        body: the answer to a query of `points`.
        field: FLAG or VALUE, as in that query.
        quantity: as in that query; then its name is not in the answer.

    Raises:
        FluxError: the answer holds an error instead of its end.
        MixedTypesError: there are values that are no numbers.
    """
    if body.startswith((b"error,", b",error,")) or b"\r\n\r\nerror," in body or b"\r\n\r\n,error," in body:
        words = body[-1000:].decode(errors="replace").strip()
        raise MixedTypesError if "schema collision" in words else FluxError(words)
    kind: type[pl.DataType] = pl.Int64 if field == FLAG else pl.Float64
    if not body.strip():
        return pl.DataFrame(schema=dict.fromkeys(_SERIES, pl.String) | {field: kind})
    types = dict.fromkeys(("_time", "device", "channel", "_measurement"), pl.String) | {"_value": kind}
    try:
        table = pl.read_csv(BytesIO(body), schema_overrides=types)
    except pl.exceptions.ComputeError as error:
        raise MixedTypesError from error
    constant = {"device": "", "channel": ""} | ({"_measurement": measurement_name(quantity)} if quantity else {})
    absent = [pl.lit(name).alias(column) for column, name in constant.items() if column not in table.columns]
    table = (
        table.with_columns(absent)
        .with_columns(pl.col("device", "channel").fill_null(""))
        .filter(pl.col("device") != "")
    )
    return table.select("device", "channel", quantity="_measurement", time="_time", **{field: "_value"})


def plain(table: pl.DataFrame) -> pl.DataFrame:
    """The same with names as they were given and times as ns."""
    time = pl.col("time").str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="ns").cast(pl.Int64)
    return table.with_columns(_decoded(table["device"]), _decoded(table["channel"]), _decoded(table["quantity"]), time)


def _decoded(names: pl.Series) -> pl.Series:
    """The column with percent codes undone, which few names have."""
    coded = names.filter(names.str.contains("%", literal=True)).unique()
    return (
        names.replace(coded, pl.Series([decode_name(name) for name in coded], dtype=pl.String))
        if coded.len()
        else names
    )


def join(flags: pl.DataFrame, values: pl.DataFrame) -> pl.DataFrame:
    """Flags with their values: columns device, channel, quantity, time (ns), value, flag.

    The flags were read first: a value without flag was written in between and is left out. Of a point that was
    overwritten as missing the old value is still there, because InfluxDB replaces field by field: it is not given.
    A flag that promises a value and finds none belongs to a point that went away in between.
    """
    if flags.select(_SERIES).equals(values.select(_SERIES)):
        joined = flags.with_columns(values[VALUE])
    else:
        joined = flags.join(values, on=_SERIES, how="left")
    missing = pl.col(FLAG) == 9
    return plain(
        joined.filter(missing | pl.col(VALUE).is_not_null())
        .with_columns(pl.when(~missing).then(pl.col(VALUE)).alias(VALUE), pl.col(FLAG).cast(pl.UInt8))
        .select(*_SERIES, VALUE, FLAG)
    )
