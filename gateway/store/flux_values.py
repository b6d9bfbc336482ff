"""Many points of one quantity from InfluxDB, quickly: all values, and of the flags only those that are not 1.

Reading a flag with each value costs InfluxDB as much again as the value, and nearly all of them are 1 (good). How many
flags there are is counted, which costs next to nothing: when they do not account for every value (another program has
written values without flags, or something came in between), the caller must read all flags after all.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]  # has no types
from numpy.typing import NDArray
from pyarrow import csv

from gateway.store.frames import SCHEMA
from gateway.store.line_protocol import decode_name

Numbers = NDArray[Any]
_NAMES = pa.dictionary(pa.int32(), pa.string())
_PARSE = csv.ConvertOptions(
    column_types={"_time": pa.timestamp("ns", "UTC"), "_value": pa.float64(), "device": _NAMES, "channel": _NAMES},
    include_columns=["device", "channel", "_time", "_value"], include_missing_columns=True,
    strings_can_be_null=True,
)  # fmt: skip


def frame(body: bytes, exceptions: pl.DataFrame, count: int) -> pl.DataFrame | None:
    """Points (schema `frames.SCHEMA`) in order of device, channel, time; None: to be read in full.

    Args:
        body: CSV without annotations of all values, as `flux.points` asks for them, of one quantity.
        exceptions: device, channel, time, flag of all points whose flag is not 1.
        count: how many flags there are.
    """
    if not body[:100].strip():
        return None if count else pl.DataFrame(schema=SCHEMA)
    if body.startswith((b"error,", b",error,")) or body.find(b"\r\n\r\n", 0, -4) >= 0:
        return None
    try:
        table = csv.read_csv(pa.py_buffer(body), csv.ReadOptions(use_threads=False), convert_options=_PARSE)
    except pa.ArrowInvalid:
        return None
    table = table.combine_chunks()
    device, devices = _codes(table["device"])
    channel, channels = _codes(table["channel"])
    time = table["_time"].cast(pa.int64()).to_numpy()
    value = table["_value"].to_numpy()
    # The points of a series follow each other.
    edges = np.flatnonzero(np.append(True, (device[1:] != device[:-1]) | (channel[1:] != channel[:-1])))
    names = [(devices[device[at]], channels[channel[at]]) for at in edges.tolist()]
    if len(set(names)) != len(names) or any(not name for name, _ in names):
        return None
    bounds = {name: bound for name, *bound in zip(names, edges.tolist(), [*edges.tolist()[1:], len(time)], strict=True)}
    flag = np.ones(len(time), dtype=np.uint8)
    hit, bare = _matched(exceptions, bounds, time)
    flag[hit[:, 0]] = hit[:, 1]
    if len(time) + bare.height != count:
        return None
    rows = pl.DataFrame(
        {
            "device": _text(device, devices), "channel": _text(channel, channels), "time": time,
            "value": pl.Series(np.where(flag == 9, np.nan, value)).fill_nan(None), "flag": flag,
        }, schema=SCHEMA,
    )  # fmt: skip
    if bare.height:
        rows = pl.concat([rows, bare])
    return rows if not bare.height and names == sorted(names) else rows.sort("device", "channel", "time")


def _codes(column: pa.ChunkedArray) -> tuple[Numbers, list[str]]:
    """Names as numbers, and the names; absent ones are ""."""
    array = column.chunk(0) if column.num_chunks else pa.array([], _NAMES)
    names = [*(decode_name(name) for name in array.dictionary.to_pylist()), ""]
    return array.indices.fill_null(len(names) - 1).to_numpy(zero_copy_only=False), names


def _text(codes: Numbers, names: list[str]) -> pl.Series:
    return pl.Series(names, dtype=pl.String).gather(codes)


def _matched(
    exceptions: pl.DataFrame, bounds: dict[tuple[str, str], list[int]], time: Numbers
) -> tuple[Numbers, pl.DataFrame]:
    """(row, flag) of the values that are exceptions, and the missing values that have no row."""
    series: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row, name in enumerate(zip(exceptions["device"].to_list(), exceptions["channel"].to_list(), strict=True)):
        series[name].append(row)
    times, flags = exceptions["time"].to_numpy(), exceptions["flag"].to_numpy()
    place = np.full(len(times), -1)
    for name, rows in series.items():
        low, high = bounds.get(name, (0, 0))
        if low < high:
            at = np.minimum(low + np.searchsorted(time[low:high], times[rows]), high - 1)
            place[rows] = np.where(time[at] == times[rows], at, -1)
    there = place >= 0
    absent = exceptions.filter(pl.Series(~there & (flags == 9))).with_columns(value=pl.lit(None, pl.Float64))
    bare = absent.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())
    return np.stack((place[there], flags[there]), axis=1), bare
