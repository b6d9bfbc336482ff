"""Where an edition stands: what it waits for and since when, and what an arrival led to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gateway.atlas.errors import text
from gateway.atlas.intake import Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A delivery an edition waits for: due on which day, late by how many days (0 before that)."""

    dataset: str
    sender: str
    due: date
    days_late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionStatus:
    """Where an edition stands. `state` is "waiting" while deliveries are missing or nothing is computed yet."""

    product: str
    stichtag: date
    state: str
    revision: int | None
    missing: tuple[Missing, ...]
    warnings: tuple[str, ...]

    def said(self) -> str:
        """One line for people."""
        head = f"{self.product} {self.stichtag}: {self.state}"
        if self.revision is not None:
            head += f", Revision {self.revision}"
        for entry in self.missing:
            late = text(f"{entry.days_late} Tage überfällig", f"{entry.days_late} days late") if entry.days_late else ""
            due = text(f"fällig am {entry.due}", f"due on {entry.due}")
            head += f"\n  {text('es fehlt', 'missing')}: {entry.dataset} ({entry.sender}), {due} {late}".rstrip()
        return "\n  ".join((head, *self.warnings))


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an accepted delivery led to: (product, Stichtag, edition id) computed, and what could not be computed."""

    delivery: Delivery
    computed: tuple[tuple[str, date, int], ...]
    failed: tuple[str, ...]
