"""Plans as of each change: table plan of aggregates.duckdb, the frames of a plan packed into a row.

Of past plans only points and memberships are kept: what results per area are made of.
"""

from __future__ import annotations

import io

import duckdb
import polars as pl

from gateway.aggregation.plan import Plan

# ruff: noqa: S608 - no SQL below is put together from anything but names of this file and whole numbers

_FRAMES = ("stretches", "parts", "points", "memberships")


def insert_plan(db: duckdb.DuckDBPyConnection, plan: Plan, revision: int, source: int, now: int) -> None:
    """Keep a plan that holds from `now` ns on."""
    blobs = [_packed(getattr(plan, name)) for name in _FRAMES]
    db.execute(
        "insert into plan values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [revision, source, now, *blobs, plan.longest_hold, plan.longest_period],
    )
    db.execute("update plan set stretches = null, parts = null where revision < ?", [revision])


def read_plan(db: duckdb.DuckDBPyConnection, as_of: int | None) -> tuple[Plan, int] | None:
    """The plan that held at `as_of` ns (None: the last one) and its revision."""
    condition = "" if as_of is None else f"where created_at <= {as_of}"
    row = db.execute(
        "select stretches, parts, points, memberships, longest_hold, longest_period, revision "
        f"from plan {condition} order by revision desc limit 1"
    ).fetchone()
    if row is None:
        return None
    points, memberships = _unpacked(row[2]), _unpacked(row[3])
    stretches = _unpacked(row[0]) if row[0] is not None else pl.DataFrame()
    parts = _unpacked(row[1]) if row[1] is not None else pl.DataFrame()
    plan = Plan(
        stretches=stretches, parts=parts, points=points, memberships=memberships, longest_hold=row[4],
        longest_period=row[5],
    )  # fmt: skip
    return plan, int(row[6])


def forget_plans(db: duckdb.DuckDBPyConnection, before: int) -> None:
    """Drop those that were followed by another one before `before` ns."""
    db.execute(
        "delete from plan where revision < (select coalesce(max(revision), 0) from plan where created_at <= ?)",
        [before],
    )


def _packed(frame: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.write_ipc(out, compression="zstd")
    return out.getvalue()


def _unpacked(blob: bytes) -> pl.DataFrame:
    return pl.read_ipc(io.BytesIO(blob))
