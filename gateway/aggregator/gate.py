"""What of a plan may be published: the finest level of each source, cut into what areas are made of.

    device ──source──► level of the quantity     site < (other) < quartier < stadtbezirk < stadt < none

A measuring point enters an area only when every device that it was read from in that time may be published at the
area's level. Site-hours are computed all the same: what is approved later is there at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Protocol

import polars as pl

from gateway.aggregation.plan import VETO, Plan

SITE, NOWHERE = 0, 9
_OTHER = 1
_RANK = {"site": SITE, "quartier": 2, "stadtbezirk": 3, "stadt": 4, "none": NOWHERE}


class Allowed(Protocol):
    """What may be published, at one moment."""

    @property
    def digest(self) -> Hashable:
        """Differs whenever anything may be published that might not before, or the other way round."""

    def level(self, device: str, quantity: str) -> str:
        """The finest level at which a quantity of a device may be published: site, quartier, ..., none."""


class Gate(Protocol):
    """Says what may be published. Calls block for a moment; any thread may call."""

    def now(self) -> Allowed:
        """As it stands."""


def rank(level: str) -> int:
    """How coarse a level of publication is."""
    return _RANK.get(level, NOWHERE)


def area_rank(level: str) -> int:
    """How coarse areas of a level are; of a level that no publication names nothing is known, it counts as fine."""
    return _RANK.get(level, _OTHER)


def gated(plan: Plan, parts: pl.DataFrame, allowed: Allowed) -> Plan:
    """The part of the plan that areas may be made of.

    Args:
        plan: memberships are cut; points without any stay, in no area.
        parts: schema PART, with the point numbers of `plan`; a point that is in none of them is in no area.
        allowed: decides.
    """
    known = parts.select("point", "device", "start", "stop").join(plan.points.select("point", "quantity"), on="point")
    pairs = known.select("device", "quantity").unique()
    ranks = [rank(allowed.level(device, quantity)) for device, quantity in pairs.iter_rows()]
    ranked = known.join(pairs.with_columns(rank=pl.Series(ranks, dtype=pl.Int8)), on=["device", "quantity"])
    levels = pl.DataFrame(
        [(name, area_rank(name)) for name in plan.memberships["level"].unique().sort()],
        schema={"level": pl.String, "area_rank": pl.Int8}, orient="row",
    )  # fmt: skip
    best = ranked.group_by("point").agg(best=pl.min("rank"))
    members = (
        plan.memberships.join(levels, on="level").join(best, on="point")
        .filter(pl.col("best") <= pl.col("area_rank")).select(plan.memberships.columns)
        .sort("point", "level", "start", "area")
    )  # fmt: skip
    vetoes = (
        ranked.join(levels, how="cross").filter(pl.col("rank") > pl.col("area_rank"))
        .join(members.select("point", "level").unique(), on=["point", "level"], how="semi")
        .select(pl.col(name).cast(kind) for name, kind in VETO.items()).unique().sort(VETO.keys())
    )  # fmt: skip
    return replace(plan, memberships=members, vetoes=vetoes)


@dataclass(frozen=True, slots=True)
class _Kept:
    plan: Plan
    digest: Hashable
    parts: pl.DataFrame
    gated: Plan


class GatedPlans:
    """Gated plans, kept while neither the plan nor what is allowed changes."""

    def __init__(self, gate: Gate | None) -> None:
        """`gate` None: everything may be published."""
        self._gate = gate
        self._kept: _Kept | None = None

    @property
    def open(self) -> bool:
        """Whether everything may be published."""
        return self._gate is None

    def allowed(self) -> Allowed | None:
        """What may be published now, None: everything."""
        return self._gate.now() if self._gate is not None else None

    def of(self, plan: Plan, parts: pl.DataFrame) -> Plan:
        """The part of `plan` that areas may be made of, see `gated`."""
        allowed = self.allowed()
        if allowed is None:
            return plan
        kept = self._kept
        if kept is None or kept.plan is not plan or kept.digest != allowed.digest or kept.parts is not parts:
            kept = _Kept(plan, allowed.digest, parts, gated(plan, parts, allowed))
            self._kept = kept
        return kept.gated


def moved_between(before: Plan, after: Plan) -> dict[str, list[tuple[int, int]]]:
    """By quantity the spans in which areas are made of other points in one gated plan than in the other."""
    names = dict(before.points.select("point", "quantity").iter_rows())
    names |= dict(after.points.select("point", "quantity").iter_rows())
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for point, start, stop, *_ in _told(before) ^ _told(after):
        found[names[point]].append((start, stop))
    return dict(found)


def digest(plan: Plan) -> int:
    """A number that stays the same as long as areas are made of the same points; also after a restart."""
    text = repr(sorted(_told(plan))).encode()
    return int.from_bytes(sha256(text).digest()[:7])


def _told(plan: Plan) -> set[tuple[int, int, int, str, bool]]:
    members = plan.memberships.select("point", "start", "stop", "area").iter_rows()
    vetoes = plan.vetoes.select("point", "start", "stop", "level").iter_rows()
    return {(*row, True) for row in members} | {(*row, False) for row in vetoes}
