"""Deliveries in the database: taken whole, withdrawn, replaced, never forgotten, each step in the audit log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from gateway.atlas import tables
from gateway.atlas.datasets import Dataset
from gateway.atlas.definitions import Definitions
from gateway.atlas.deliveries import read_delivery
from gateway.atlas.errors import AtlasError, text
from gateway.atlas.migrations import HISTORY
from gateway.atlas.numbers import Symbol
from gateway.atlas.people import Person
from gateway.atlas.values import Expectation, Values
from gateway.engines import READING
from gateway.migrating import current_version, upgrade


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A delivery as it is kept. `state` is accepted, replaced or withdrawn."""

    id: int
    dataset: str
    dataset_version: str
    stichtag: date
    sender: str
    file_name: str
    sha256: str
    received_at: str
    person: str
    state: str
    reason: str


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Intake:
    """All deliveries of one database. Clock and database come from outside."""

    def __init__(self, engine: Engine, definitions: Definitions, clock: Callable[[], datetime] = _utc_now) -> None:
        self.engine, self.definitions, self.clock = engine, definitions, clock
        self.reader = engine.execution_options(**{READING: True})

    def create_tables(self) -> None:
        """Bring the tables up to this version; again changes nothing.

        Raises:
            AtlasError: the tables are of a newer version than this program.
        """
        with self.reader.connect() as connection:
            found = current_version(connection, HISTORY.table)
        if found is not None and found > HISTORY.head:
            raise AtlasError(
                text(
                    f"die Tabellen sind von einer neueren Fassung ({found}, hier {HISTORY.head})",
                    f"the tables are of a newer version ({found}, here {HISTORY.head})",
                )
            )
        if found != HISTORY.head:
            upgrade(self.engine, HISTORY)

    def _keep(
        self,
        connection: Connection,
        dataset: Dataset,
        stichtag: date,
        content: bytes,
        file_name: str,
        sha256: str,
        person: Person,
        replace: str,
        confirm_jumps: bool,
    ) -> Delivery:
        there = self._accepted(connection, dataset.id, stichtag)
        if there is not None and (there.sha256 == sha256 or not replace):
            same = there.sha256 == sha256
            raise AtlasError(
                text(
                    f"{dataset.id} {stichtag} liegt vor (Nr. {there.id}{', dieselbe Datei' if same else ''})",
                    f"{dataset.id} {stichtag} is there (no. {there.id}{', the same file' if same else ''})",
                )
                + ("" if same else "; --replace GRUND/REASON")
            )
        previous = [day for day in dataset.stichtage(stichtag) if day < stichtag]
        values = read_delivery(
            content,
            file_name,
            Expectation(
                dataset=dataset,
                areas=self.definitions.areas[dataset.areas],
                stichtag=stichtag,
                previous=self._values(connection, dataset.id, previous[-1]) or {} if previous else {},
                confirmed=confirm_jumps,
            ),
        )
        if there is not None:
            self._set_delivery(connection, there.id, state="replaced", reason=replace)
        row = {
            "dataset": dataset.id,
            "dataset_version": dataset.version,
            "stichtag": str(stichtag),
            "sender": dataset.sender,
            "file_name": file_name,
            "sha256": sha256,
            "received_at": self._now(),
            "person": person.name,
            "state": "accepted",
            "reason": "",
        }
        key = connection.execute(insert(tables.delivery).values(**row, content=content)).inserted_primary_key
        if key is None:
            raise AssertionError("an insert gives its key")
        identity = int(key[0])
        if there is not None:
            self._set_delivery(connection, there.id, replaced_by=identity)
        connection.execute(insert(tables.value), _value_rows(identity, values))
        detail = {"file": file_name, "sha256": sha256, "replaces": there.id if there else None, "reason": replace}
        detail["jumps_confirmed"] = confirm_jumps
        self._log(connection, person.name, "accept", f"{dataset.id} {stichtag} #{identity}", detail)
        return _delivery({**row, "id": identity})

    def withdraw_delivery(self, identity: int, person: Person, reason: str) -> None:
        """Take a delivery back; editions computed from it are no longer complete, their history stays."""
        person.must("deliver")
        with self.engine.begin() as connection:
            found = (
                connection.execute(select(tables.delivery).where(tables.delivery.c.id == identity)).mappings().first()
            )
            if found is None or found["state"] != "accepted":
                raise AtlasError(text(f"Lieferung {identity} gilt nicht", f"delivery {identity} is not in force"))
            self._set_delivery(connection, identity, state="withdrawn", reason=reason)
            subject = f"{found['dataset']} {found['stichtag']} #{identity}"
            self._log(connection, person.name, "withdraw", subject, {"reason": reason})

    def deliveries(self, dataset: str | None = None) -> list[Delivery]:
        """All deliveries with their history, oldest first."""
        query = select(*(c for c in tables.delivery.c if c.name != "content")).order_by(tables.delivery.c.id)
        if dataset is not None:
            query = query.where(tables.delivery.c.dataset == dataset)
        with self.reader.connect() as connection:
            return [_delivery(dict(row)) for row in connection.execute(query).mappings()]

    def values(self, dataset: str, stichtag: date) -> Values | None:
        """Values in force, None when no delivery is. Internal: confidential values are in it."""
        with self.reader.connect() as connection:
            return self._values(connection, dataset, stichtag)

    def notices(self) -> list[dict[str, Any]]:
        """All notices, oldest first."""
        with self.reader.connect() as connection:
            return [
                dict(row) for row in connection.execute(select(tables.notice).order_by(tables.notice.c.id)).mappings()
            ]

    def log(self) -> list[dict[str, Any]]:
        """The audit log, oldest first. Internal: refused audits name cells in it."""
        with self.reader.connect() as connection:
            return [dict(row) for row in connection.execute(select(tables.log).order_by(tables.log.c.id)).mappings()]

    def log_query(self, role: str, query: str, suppressed: int) -> None:
        """C10: who asked what, and how many suppressed values the answer held."""
        with self.engine.begin() as connection:
            self._log(connection, role, "query", query[:500], {"suppressed": suppressed})

    def dataset(self, name: str) -> Dataset:
        """A dataset by its id; raises AtlasError."""
        found = self.definitions.datasets.get(name)
        if found is None:
            known = ", ".join(self.definitions.datasets)
            raise AtlasError(text(f"unbekannter Datensatz {name!r} ({known})", f"unknown dataset {name!r}"))
        return found

    def _now(self) -> str:
        return self.clock().astimezone(UTC).isoformat(timespec="milliseconds")

    @staticmethod
    def _accepted(connection: Connection, dataset: str, stichtag: date) -> Delivery | None:
        d = tables.delivery.c
        query = select(*(c for c in tables.delivery.c if c.name != "content")).where(
            d.dataset == dataset, d.stichtag == str(stichtag), d.state == "accepted"
        )
        row = connection.execute(query).mappings().first()
        return None if row is None else _delivery(dict(row))

    def _values(self, connection: Connection, dataset: str, stichtag: date) -> Values | None:
        delivery = self._accepted(connection, dataset, stichtag)
        if delivery is None:
            return None
        query = select(tables.value).where(tables.value.c.delivery == delivery.id)
        return {
            (row["area"], row["variable"], row["population_group"]): Symbol(row["symbol"])
            if row["number"] is None
            else Decimal(row["number"])
            for row in connection.execute(query).mappings()
        }

    @staticmethod
    def _set_delivery(connection: Connection, identity: int, **values: Any) -> None:
        connection.execute(update(tables.delivery).where(tables.delivery.c.id == identity).values(**values))

    def _log(self, connection: Connection, person: str, action: str, subject: str, detail: Mapping[str, Any]) -> None:
        row = {"at": self._now(), "person": person, "action": action, "subject": subject, "detail": dict(detail)}
        connection.execute(insert(tables.log).values(**row))

    def _notice(self, connection: Connection, kind: str, subject: str, message: str) -> bool:
        n = tables.notice.c
        if connection.execute(select(n.id).where(n.kind == kind, n.subject == subject)).first() is not None:
            return False
        connection.execute(insert(tables.notice).values(at=self._now(), kind=kind, subject=subject, message=message))
        return True


def _delivery(row: Mapping[str, Any]) -> Delivery:
    values: dict[str, Any] = {name: row[name] for name in Delivery.__slots__}
    return Delivery(**values | {"stichtag": date.fromisoformat(row["stichtag"])})


def _value_rows(identity: int, values: Values) -> list[dict[str, Any]]:
    return [
        {
            "delivery": identity,
            "area": area,
            "variable": variable,
            "population_group": group,
            "number": None if isinstance(value, Symbol) else str(value),
            "symbol": value.value if isinstance(value, Symbol) else None,
        }
        for (area, variable, group), value in values.items()
    ]
