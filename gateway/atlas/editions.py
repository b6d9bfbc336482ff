"""Editions: which deliveries are there, which are missing since when, and the results computed from them.

delivery → (all there?) → provisional
└ a changed delivery makes the next revision, with the list of changed classes
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from gateway.atlas import tables
from gateway.atlas.compare import moves, series_break
from gateway.atlas.edition_data import Edition, inputs_table
from gateway.atlas.edition_status import EditionStatus, Imported, Missing
from gateway.atlas.errors import AtlasError, text
from gateway.atlas.intake import Intake
from gateway.atlas.people import Person
from gateway.atlas.products import Product
from gateway.atlas.publication import compute


class Editions(Intake):
    """All deliveries and editions of one database."""

    def import_delivery(
        self,
        content: bytes,
        file_name: str,
        dataset_id: str,
        stichtag: date,
        person: Person,
        *,
        replace: str = "",
        confirm_jumps: bool = False,
    ) -> Imported:
        """Take a file over, and compute every edition it completes.

        `replace` is the reason why an accepted delivery for the same date is replaced; "" allows no replacement.

        Raises:
            RefusedError: faults in the file, all of them; nothing is kept but a line in the audit log.
            AtlasError: unknown dataset or date, or a delivery is there already.
        """
        person.must("deliver")
        dataset = self.dataset(dataset_id)
        if stichtag not in dataset.stichtage(stichtag):
            raise AtlasError(text(f"{dataset_id} hat keinen Stichtag {stichtag}", f"{stichtag} is no reference date"))
        sha256 = hashlib.sha256(content).hexdigest()
        try:
            with self.engine.begin() as connection:
                kept = self._keep(
                    connection, dataset, stichtag, content, file_name, sha256, person, replace, confirm_jumps
                )
        except IntegrityError as error:
            raise AtlasError(text("gleichzeitig kam eine andere Lieferung an", "another delivery arrived")) from error
        except AtlasError as error:
            with self.engine.begin() as connection:
                detail = {"file": file_name, "sha256": sha256, "problem": str(error)[:2000]}
                self._log(connection, person.name, "refuse", f"{dataset_id} {stichtag}", detail)
            raise
        computed, failed = self._compute_complete(dataset_id, stichtag)
        return Imported(delivery=kept, computed=computed, failed=failed)

    def status(self, today: date | None = None, *, all_dates: bool = False) -> list[EditionStatus]:
        """Every edition that is due or has begun: state, what is missing, since when it is due."""
        day = today or self.clock().date()
        found = []
        with self.reader.connect() as connection:
            for product in self.definitions.products.values():
                begun = self._begun(connection, product)
                days = self.definitions.stichtage(product, day)
                wanted = [d for d in days if all_dates or (begun and d >= min(begun))]
                found += [self._status(connection, product, stichtag, day) for stichtag in wanted]
        return found

    def _status(self, connection: Connection, product: Product, stichtag: date, today: date) -> EditionStatus:
        missing = []
        for name in product.datasets:
            if self._accepted(connection, name, stichtag) is None:
                dataset = self.dataset(name)
                due = dataset.due_on(stichtag)
                late = max(0, (today - due).days)
                missing.append(Missing(dataset=name, sender=dataset.sender, due=due, days_late=late))
        latest = self._latest(connection, product.id, stichtag)
        warnings = []
        if latest is not None and self._delivery_ids(connection, product, stichtag) != latest["deliveries"]:
            warnings.append(
                text("Lieferungen haben sich seit der Berechnung geändert", "deliveries have changed since")
            )
        return EditionStatus(
            product=product.id,
            stichtag=stichtag,
            state="waiting" if latest is None else latest["state"],
            revision=None if latest is None else latest["revision"],
            missing=tuple(missing),
            warnings=tuple(warnings),
        )

    def _begun(self, connection: Connection, product: Product) -> list[date]:
        query = select(tables.delivery.c.stichtag).where(tables.delivery.c.dataset.in_(product.datasets)).distinct()
        return [date.fromisoformat(day) for day in connection.execute(query).scalars()]

    def _compute_complete(
        self, dataset: str, stichtag: date
    ) -> tuple[tuple[tuple[str, date, int], ...], tuple[str, ...]]:
        """Compute every product that this dataset completed; a failure of one is told and stops none."""
        computed, failed = [], []
        for product in self.definitions.products.values():
            if dataset not in product.datasets or stichtag not in self.definitions.stichtage(product, stichtag):
                continue
            with self.reader.connect() as connection:
                waiting = self._status(connection, product, stichtag, stichtag).missing
            if waiting:
                continue
            try:
                computed.append((product.id, stichtag, self._compute_once(product.id, stichtag)))
            except AtlasError as error:
                failed.append(f"{product.id} {stichtag}: {error}")
                with self.engine.begin() as connection:
                    self._log(
                        connection, "gateway", "compute failed", f"{product.id} {stichtag}", {"problem": str(error)}
                    )
        return tuple(computed), tuple(failed)

    def _compute_once(self, product: str, stichtag: date) -> int:
        """Compute; where two deliveries arrive together, one of them computes and the other finds the result."""
        try:
            return self.compute(product, stichtag)
        except IntegrityError:
            return self.compute(product, stichtag)

    def compute(self, product_id: str, stichtag: date) -> int:
        """Compute an edition from the deliveries in force; returns its id. The same deliveries give the same edition.

        Raises:
            AtlasError: a delivery is missing (which, since when due), or the method cannot be applied.
        """
        product = self.product(product_id)
        with self.engine.begin() as connection:
            status = self._status(connection, product, stichtag, self.clock().date())
            if status.missing:
                raise AtlasError(status.said())
            ids = self._delivery_ids(connection, product, stichtag)
            latest = self._latest(connection, product_id, stichtag)
            edition = self._edition(connection, product, stichtag)
            results = self._results(connection, edition)
            parameters = {variant: found["method"] for variant, found in results.items()}
            if (
                latest is not None
                and latest["deliveries"] == ids
                and latest["state"] != "withdrawn"
                and {v: found["method"] for v, found in latest["results"].items()} == parameters
            ):
                return int(latest["id"])
            changes: dict[str, Any] = {"revision": None, "previous": None}
            warnings = self._against_previous(connection, product, stichtag, results, changes)
            if latest is not None:
                changes["revision"] = moves(latest["results"], results)
            key = connection.execute(
                insert(tables.edition).values(
                    product=product.id,
                    product_version=product.version,
                    stichtag=str(stichtag),
                    revision=1 if latest is None else latest["revision"] + 1,
                    state="provisional",
                    computed_at=self._now(),
                    deliveries=ids,
                    results=results,
                    changes=changes,
                    warnings=warnings,
                )
            ).inserted_primary_key
            identity = int(key[0]) if key else 0
            subject = f"{product_id} {stichtag} #{identity}"
            self._log(connection, "gateway", "compute", subject, {"deliveries": ids})
            self._notice(connection, "computed", subject, text(f"{subject} ist berechnet", f"{subject} is computed"))
            return identity

    def _results(self, connection: Connection, edition: Edition) -> dict[str, Any]:
        results = {}
        for variant in edition.product.variant:
            method = self.definitions.methods[variant.method]
            base = None
            if method.dynamic is not None:
                before = self._before(edition.stichtag, method.dynamic.years)
                data = {name: self._values(connection, name, before) for name in edition.product.datasets}
                if all(values is not None for values in data.values()):
                    known = {name: values for name, values in data.items() if values is not None}
                    base = inputs_table(variant, edition.areas, known)
            table = inputs_table(variant, edition.areas, edition.data)
            results[variant.id] = compute(variant, edition, base, table)
        return results

    @staticmethod
    def _before(stichtag: date, years: int) -> date:
        year = stichtag.year - years
        return date(year, 2, 28) if (stichtag.month, stichtag.day) == (2, 29) else stichtag.replace(year=year)

    def _against_previous(
        self,
        connection: Connection,
        product: Product,
        stichtag: date,
        results: Mapping[str, Any],
        changes: dict[str, Any],
    ) -> list[str]:
        """Class moves against the edition before, with the warning where the two are not comparable."""
        earlier = [day for day in self.definitions.stichtage(product, stichtag) if day < stichtag]
        for day in reversed(earlier):
            previous = self._latest(connection, product.id, day)
            if previous is not None:
                changes["previous"] = {"stichtag": str(day), "moves": moves(previous["results"], results)}
                return series_break(previous["results"], results, product.breaks, day, stichtag)
        return []

    def edition(self, identity: int) -> dict[str, Any]:
        """One edition with everything internal."""
        with self.reader.connect() as connection:
            return dict(self._row(connection, identity))

    def find(self, product: str, stichtag: date, *, public: bool = False) -> dict[str, Any]:
        """The latest edition of a date, or the released one; raises AtlasError when there is none."""
        self.product(product)
        with self.reader.connect() as connection:
            row = self._latest(connection, product, stichtag, state="released" if public else None)
        if row is None:
            raise AtlasError(text(f"{product} {stichtag} gibt es nicht", f"there is no {product} {stichtag}"))
        return dict(row)

    def product(self, name: str) -> Product:
        """A product by its id; raises AtlasError."""
        found = self.definitions.products.get(name)
        if found is None:
            known = ", ".join(self.definitions.products)
            raise AtlasError(text(f"unbekannter Atlas {name!r} ({known})", f"unknown product {name!r}"))
        return found

    def _edition(self, connection: Connection, product: Product, stichtag: date) -> Edition:
        data = {}
        for name in product.datasets:
            values = self._values(connection, name, stichtag)
            if values is None:
                raise AtlasError(text(f"{name} {stichtag} fehlt", f"{name} {stichtag} is missing"))
            data[name] = values
        return Edition(product=product, definitions=self.definitions, stichtag=stichtag, data=data)

    def _delivery_ids(self, connection: Connection, product: Product, stichtag: date) -> list[int]:
        found = [self._accepted(connection, name, stichtag) for name in product.datasets]
        return [delivery.id for delivery in found if delivery is not None]

    @staticmethod
    def _latest(connection: Connection, product: str, stichtag: date, state: str | None = None) -> Any:
        e = tables.edition.c
        query = select(tables.edition).where(e.product == product, e.stichtag == str(stichtag))
        if state is not None:
            query = query.where(e.state == state)
        return connection.execute(query.order_by(e.revision.desc()).limit(1)).mappings().first()

    @staticmethod
    def _row(connection: Connection, identity: int) -> Any:
        row = connection.execute(select(tables.edition).where(tables.edition.c.id == identity)).mappings().first()
        if row is None:
            raise AtlasError(text(f"Ausgabe {identity} gibt es nicht", f"there is no edition {identity}"))
        return row
