"""From a computed edition to a published one: checked, audited, released by a person with the right role, withdrawn.

    provisional → checked → released → superseded by the next revision | withdrawn

Every step is one transaction with its line in the audit log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from gateway.atlas import tables
from gateway.atlas.confidentiality import Protection, protect
from gateway.atlas.counting import build_register
from gateway.atlas.disclosure import current_key
from gateway.atlas.edition_data import Edition
from gateway.atlas.editions import Editions
from gateway.atlas.errors import AtlasError, AuditFailedError, text
from gateway.atlas.facts import Exposure, Facts, facts_from_json, facts_json
from gateway.atlas.people import Person
from gateway.atlas.publication import public_inputs, public_tables

ONCE_PUBLIC = ("released", "superseded", "withdrawn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a release would do (internal).

    Attributes:
        shown: how many counts would be printed.
        suppressed: keys of those that would not.
        exposed: counts that could be derived; with any of them the release is refused.
        class_differs: by variant, areas whose public class is not the internal one, because the public reference set is
            made of shown counts only.
    """

    shown: int
    suppressed: tuple[str, ...]
    exposed: tuple[str, ...]
    class_differs: dict[str, list[str]]


class Registers(Editions):
    """The whole way of register data in one database: `Intake`, then `Editions`, then publication."""

    def check(self, identity: int, person: Person) -> None:
        """A person has looked at a provisional edition."""
        person.must("check")
        self._step(identity, person, "provisional", "checked", {"checked_by": person.name})

    def release(self, identity: int, person: Person) -> Protection:
        """Publish a checked edition, if the audit finds that an outsider can narrow nothing too far.

        Raises:
            AuditFailedError: the publication would give a confidential count away; nothing is published.
            NotAllowedError, AtlasError: role, state, or the four-eyes rule.
        """
        person.must("release")
        try:
            while True:  # the audit takes seconds; nobody waits for it, and it is repeated if the world moved on
                with self.reader.connect() as connection:
                    before = self._fingerprint(connection)
                    audited = self._releasable(connection, identity, person)
                with self.engine.begin() as connection:
                    if connection.dialect.name == "postgresql":
                        connection.exec_driver_sql("LOCK TABLE atlas_edition IN SHARE ROW EXCLUSIVE MODE")
                    if self._fingerprint(connection) == before:
                        return self._publish(connection, identity, person, *audited)
        except AuditFailedError as error:
            with self.engine.begin() as connection:
                self._log(connection, person.name, "audit failed", f"#{identity}", {"cells": list(error.cells)})
            raise

    @staticmethod
    def _fingerprint(connection: Connection) -> list[tuple[Any, ...]]:
        """Which editions and deliveries there are in which state: all that decides what may be published."""
        e, d = tables.edition.c, tables.delivery.c
        queries = (select(e.id, e.state, e.revision).order_by(e.id), select(d.id, d.state, d.id).order_by(d.id))
        return [tuple(row) for query in queries for row in connection.execute(query)]

    def _releasable(self, connection: Connection, identity: int, person: Person) -> tuple[Protection, dict[str, Any]]:
        """What a release by this person would publish; raises AtlasError where it may not."""
        row = self._row(connection, identity)
        product = self.product(row["product"])
        if row["state"] != "checked":
            raise AtlasError(text(f"Ausgabe {identity} ist {row['state']}", f"edition {identity} is {row['state']}"))
        if product.four_eyes and row["checked_by"] == person.name:
            raise AtlasError(text("Vier-Augen-Regel: wer prüft, gibt nicht frei", "whoever checked cannot release"))
        protection, public = self._audited(connection, row)
        if protection.exposures:
            cells = [_told(exposure) for exposure in protection.exposures]
            raise AuditFailedError(
                text(
                    f"Freigabe verweigert: {len(cells)} geheime Werte wären ableitbar; siehe Protokoll",
                    f"release refused: {len(cells)} confidential values could be derived; see the audit log",
                ),
                cells,
            )
        return protection, public

    def _publish(
        self, connection: Connection, identity: int, person: Person, protection: Protection, public: dict[str, Any]
    ) -> Protection:
        """Put the audited tables in the place of what is released."""
        row = self._row(connection, identity)
        product, stichtag = self.product(row["product"]), row["stichtag"]
        e = tables.edition.c
        same = (e.product == product.id, e.stichtag == stichtag, e.state == "released")
        connection.execute(update(tables.edition).where(*same).values(state="superseded"))
        connection.execute(
            update(tables.edition)
            .where(e.id == identity)
            .values(
                state="released",
                released_by=person.name,
                released_at=self._now(),
                public=public,
                facts=facts_json(protection.facts),
            )
        )
        facts = protection.facts
        detail: dict[str, Any] = {"suppressed": len(facts.hidden), "shown": len(facts.shown)}
        detail |= {"ratios": len(facts.ratios), "class_differs": _differing(row["results"], public["variants"])}
        self._log(connection, person.name, "release", f"{product.id} {stichtag} #{identity}", detail)
        return protection

    def _audited(self, connection: Connection, row: Mapping[str, Any]) -> tuple[Protection, dict[str, Any]]:
        """What the confidentiality rules show of an edition, and the public tables made of it."""
        product, stichtag = self.product(row["product"]), date.fromisoformat(row["stichtag"])
        if self._delivery_ids(connection, product, stichtag) != row["deliveries"]:
            raise AtlasError(text("Lieferungen haben sich seit der Berechnung geändert", "deliveries have changed"))
        edition = self._edition(connection, product, stichtag)
        protection = protect(build_register(edition), self._once_public(connection, stichtag))
        public = public_tables(edition, protection, self._public_bases(connection, edition))
        return protection, public | {"warnings": row["warnings"]}

    def preview(self, identity: int, person: Person) -> Preview:
        """What a release would publish; nothing is published. For whoever checks or releases."""
        if not person.roles & {"check", "release"}:
            person.must("check")
        with self.reader.connect() as connection:
            row = self._row(connection, identity)
            protection, public = self._audited(connection, row)
        with self.engine.begin() as connection:
            subject = f"{row['product']} {row['stichtag']} #{identity}"
            self._log(connection, person.name, "preview", subject, {"exposed": len(protection.exposures)})
        return Preview(
            shown=len(protection.facts.shown),
            suppressed=tuple(sorted(protection.facts.hidden)),
            exposed=tuple(_told(exposure) for exposure in protection.exposures),
            class_differs=_differing(row["results"], public["variants"]),
        )

    def _once_public(self, connection: Connection, stichtag: date) -> list[Facts]:
        """What was ever published over the same reference date, by any product; withdrawing does not make it unread."""
        query = (
            select(tables.edition.c.facts)
            .where(tables.edition.c.state.in_(ONCE_PUBLIC), tables.edition.c.stichtag == str(stichtag))
            .order_by(tables.edition.c.id)
        )
        return [facts_from_json(facts) for facts in connection.execute(query).scalars() if facts]

    def _public_bases(self, connection: Connection, edition: Edition) -> dict[str, Any]:
        """Public inputs of the released editions that the dynamic compares with."""
        found = {}
        for variant in edition.product.variant:
            dynamic = self.definitions.methods[variant.method].dynamic
            if dynamic is None:
                continue
            before = self._before(edition.stichtag, dynamic.years)
            query = select(tables.edition.c.facts).where(
                tables.edition.c.product == edition.product.id,
                tables.edition.c.stichtag == str(before),
                tables.edition.c.state == "released",
            )
            facts = connection.execute(query).scalar()
            if facts and all(self._accepted(connection, name, before) for name in edition.product.datasets):
                base = self._edition(connection, edition.product, before)
                found[variant.id] = public_inputs(variant, base, facts_from_json(facts))
        return found

    def withdraw(self, identity: int, person: Person, reason: str) -> None:
        """Take a released edition back: nobody sees it any more, but what it said stays known for later audits."""
        person.must("release")
        self._step(identity, person, "released", "withdrawn", {}, reason)

    def _step(
        self, identity: int, person: Person, before: str, after: str, more: Mapping[str, str], reason: str = ""
    ) -> None:
        with self.engine.begin() as connection:
            row = self._row(connection, identity)
            changed = connection.execute(
                update(tables.edition)
                .where(tables.edition.c.id == identity, tables.edition.c.state == before)
                .values(state=after, **more)
            )
            if changed.rowcount != 1:
                state = row["state"]
                raise AtlasError(
                    text(
                        f"Ausgabe {identity} ist {state}, nicht {before}",
                        f"edition {identity} is {state}, not {before}",
                    )
                )
            subject = f"{row['product']} {row['stichtag']} #{identity}"
            self._log(connection, person.name, after, subject, {"reason": reason} if reason else {})

    def released(self) -> list[dict[str, Any]]:
        """Released editions without their tables, in order of product and date."""
        e = tables.edition.c
        query = (
            select(e.id, e.product, e.stichtag, e.revision, e.released_at, e.warnings)
            .where(e.state == "released")
            .order_by(e.product, e.stichtag)
        )
        with self.reader.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def remind(self, today: date | None = None) -> list[str]:
        """Write a notice for every delivery that will soon be due or is late, each once; returns the new ones."""
        day = today or self.clock().date()
        new = []
        for status in self.status(day):
            for missing in status.missing:
                dataset = self.dataset(missing.dataset)
                subject = f"{missing.dataset} {status.stichtag}"
                soon = missing.due - timedelta(days=dataset.due.notice_days)
                if not missing.days_late and day < soon:
                    continue
                kind = "late" if missing.days_late else "due"
                since = ("seit", "overdue since") if missing.days_late else ("am", "due on")
                message = text(f"{subject}: fällig {since[0]} {missing.due}", f"{subject}: {since[1]} {missing.due}")
                with self.engine.begin() as connection:
                    if self._notice(connection, kind, subject, f"{message} ({missing.sender})"):
                        new.append(f"{kind}: {message}")
        return new


def _told(exposure: Exposure) -> str:
    """For internal eyes: the count and what could be derived."""
    key = current_key(exposure.key)
    before = "" if key == exposure.key else " (frühere Veröffentlichung / earlier publication)"
    return f"{key}: {exposure.lower}…{exposure.upper}, m = {exposure.needed}{before}"


def _differing(internal: Mapping[str, Any], public: Mapping[str, Any]) -> dict[str, list[str]]:
    """Areas whose public class, made of shown counts only, is not the one made of all counts."""
    return {
        variant: [
            a for a, row in found["areas"].items() if row["class"] not in {"", internal[variant]["areas"][a]["class"]}
        ]
        for variant, found in public.items()
    }
