"""The registry as a whole: one database, changes in transactions, look-ups, frames for the aggregation.

with registry.change("m.muster", "Umzug") as edit:
    edit.move("a84041000181c061", "laurentiusplatz", at)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from gateway.engines import READING, cause_of
from gateway.registry import removing, sources, tables
from gateway.registry.change import KINDS, Change, to_entry
from gateway.registry.editing import Editing
from gateway.registry.errors import RegistryError, RegistryUnavailableError
from gateway.registry.model import AreaVersion, Entry, Fact, Installation, Site, Source
from gateway.registry.opening import open_ready
from gateway.registry.timeline import OPEN, Span
from gateway.registry.windows import Window, device_windows, site_windows, spans

if TYPE_CHECKING:
    import polars as pl

    from gateway.areas.model import Area
    from gateway.registry.boundaries import Loaded

E = TypeVar("E", bound=Entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dirty:
    """A window to be computed again, with its number. See `windows.Window`."""

    id: int
    window: Window


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """One line of the audit log; `at` in ns."""

    id: int
    at: int
    who: str
    action: str
    kind: str
    key: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str


class DryRunError(Exception):
    """Ends a change that was only tried."""


def decoder_exists(id_: str) -> bool:
    """Whether the decoder library knows an id."""
    from decoders import registry  # noqa: PLC0415 - only entries that name a decoder pay for it

    return registry.by_id(id_) is not None


class Edit(Editing):
    """A change under way: everything of `Editing`, and sources and boundaries."""

    def propose(self, source: Source) -> Source:
        """See `sources.propose`."""
        return sources.propose(self.change, source)

    def approve(self, source: str) -> Source:
        """See `sources.approve`."""
        return sources.approve(self.change, source)

    def activate(self, source: str) -> Source:
        """See `sources.activate`."""
        return sources.activate(self.change, source)

    def retire_source(self, source: str) -> Source:
        """See `sources.retire_source`."""
        return sources.retire_source(self.change, source)

    def remove(self, type_: type[removing.Removable], ids: Sequence[str]) -> list[Entry]:
        """See `removing.remove`."""
        return removing.remove(self.change, type_, ids)

    def load_areas(self, areas: Sequence[Area], **how: Any) -> Loaded:
        """See `boundaries.load`."""
        from gateway.registry import boundaries  # noqa: PLC0415 - geometry is loaded by who needs it

        return boundaries.load(self.change, areas, **how)

    def device_windows(self) -> list[Window]:
        """What has to be computed again of the devices that were changed so far."""
        return list(_device_changes(self.change))

    def dry_run(self) -> None:
        """Leave the change without writing anything."""
        raise DryRunError


class Registry:
    """Devices, sites, installations, sources of one database. Calls block; an instance may be used by any thread."""

    def __init__(self, url: str, *, clock: Callable[[], int] = time.time_ns) -> None:
        """Open `url` (SQLite is brought up to this version).

        Raises:
            RegistryError: no usable URL. RegistryUnavailableError: not reachable, or tables of another version.
        """
        self.engine = open_ready(url)
        self._reader = self.engine.execution_options(**{READING: True})
        self._clock = clock

    def close(self) -> None:
        """Release the connections."""
        self.engine.dispose()

    # --- changes

    @contextmanager
    def change(self, who: str, reason: str = "") -> Iterator[Edit]:
        """One transaction: all of it or, when an error passes, nothing. Changes of the registry come one by one."""
        if not who.strip():
            raise RegistryError("wer ändert, wird vermerkt: Name fehlt", "say who makes the change", "who")
        try:
            with self.engine.begin() as connection:
                held = connection.execute(
                    update(tables.state).values(version=tables.state.c.version + 1)
                )  # whoever changes something holds this row
                assert held.rowcount == 1
                change = Change(connection, who=who, at=self._clock(), reason=reason)
                yield Edit(change, decoder_exists)
                self._write(change)
        except DryRunError:
            pass
        except SQLAlchemyError as error:
            raise RegistryUnavailableError(
                "die Registrierung nahm die Änderung nicht an",
                f"the registry did not take the change: {cause_of(error)}",
            ) from error

    def _write(self, change: Change) -> None:
        windows = list(_device_changes(change))
        # Memberships before and after are worked out before the change is written, site by site afterwards.
        moved = _moved_sites(change)
        if change.write() == 0:
            change.connection.execute(update(tables.state).values(version=tables.state.c.version - 1))
            return
        for site, where, reason in moved:
            hung = spans(
                to_entry(Installation, dict(row))
                for row in change.connection.execute(
                    select(tables.installation).where(tables.installation.c.site == site)
                ).mappings()
            )
            windows.extend(site_windows(site, hung, where, reason))
        if windows:
            change.connection.execute(
                insert(tables.dirty), [asdict(window) | {"at": change.at} for window in sorted(set(windows), key=str)]
            )

    # --- what is there

    def version(self) -> int:
        """A number that grows with every change."""
        with self._reader.connect() as connection:
            return int(connection.execute(select(tables.state.c.version)).scalar_one())

    def entries(self, type_: type[E]) -> list[E]:
        """Every entry of a kind, in order of its key."""
        with self._reader.connect() as connection:
            return read_all(connection, type_)

    def source(self, id_: str) -> Source | None:
        """A source by its id."""
        return next((source for source in self.entries(Source) if source.id == id_), None)

    def audit(self, *, kind: str | None = None, key: str | None = None, limit: int = 100) -> list[AuditLine]:
        """The log, newest first; `key` also finds what lies below it (the installations of a device)."""
        log = tables.audit.c
        query = select(tables.audit).order_by(log.id.desc()).limit(limit)
        if kind is not None:
            query = query.where(log.kind == kind)
        if key is not None:
            query = query.where((log.key == key) | log.key.startswith(f"{key}/", autoescape=True))
        with self._reader.connect() as connection:
            return [AuditLine(**row) for row in connection.execute(query).mappings()]

    def dirty(self, limit: int = 10_000) -> list[Dirty]:
        """Windows to be computed again, in the order in which they came up."""
        query = select(tables.dirty).order_by(tables.dirty.c.id).limit(limit)
        names = ("device", "channel", "quantity", "site", "start", "stop", "reason")
        with self._reader.connect() as connection:
            return [
                Dirty(id=row["id"], window=Window(**{name: row[name] for name in names}))
                for row in connection.execute(query).mappings()
            ]

    def last_dirty(self) -> int:
        """Number of the newest window to be computed again, 0 when there is none."""
        with self._reader.connect() as connection:
            return int(connection.execute(select(func.max(tables.dirty.c.id))).scalar() or 0)

    def settle(self, up_to: int) -> None:
        """These windows and all before them are computed."""
        with self.engine.begin() as connection:
            connection.execute(delete(tables.dirty).where(tables.dirty.c.id <= up_to))

    # --- frames for the aggregation (schemas of gateway.aggregation.plan)

    def sites_frame(self) -> pl.DataFrame:
        """Schema SITES."""
        from gateway.registry import frames  # noqa: PLC0415 - dataframes are loaded by who needs them

        return frames.sites(self.entries(Site))

    def installations_frame(self) -> pl.DataFrame:
        """Schema INSTALLATIONS, a row for each id under which a device is reported."""
        from gateway.registry import frames  # noqa: PLC0415 - dataframes are loaded by who needs them

        with self._reader.connect() as connection:
            return frames.installations(connection)

    def facts_frame(self) -> pl.DataFrame:
        """Schema FACTS: intervals, moduli, capacities, sensor classes, calibrations."""
        from gateway.registry import frames  # noqa: PLC0415 - dataframes are loaded by who needs them

        with self._reader.connect() as connection:
            return frames.facts(connection)

    def intervals_frame(self) -> pl.DataFrame:
        """device, channel, start, stop, expected (ns): when which interval is expected."""
        return self.facts_frame().drop_nulls("expected").select("device", "channel", "start", "stop", "expected")

    def areas_frame(self) -> pl.DataFrame:
        """Schema AREAS: in which areas each site lies, and when."""
        from gateway.registry import frames  # noqa: PLC0415 - dataframes are loaded by who needs them

        with self._reader.connect() as connection:
            return frames.areas(read_all(connection, Site), read_all(connection, AreaVersion))


def read_all(connection: Connection, type_: type[E]) -> list[E]:
    """Every entry of a kind, in order of its key."""
    table = KINDS[type_].table
    rows = connection.execute(select(table).order_by(*table.primary_key)).mappings()
    return [to_entry(type_, dict(row)) for row in rows]


def _device_changes(change: Change) -> Iterator[Window]:
    touched = {
        str(key[0]) for type_, key, _, _ in change.differences() if type_ in {Installation, Fact}
    }  # fmt: skip
    for device in touched:  # whoever knows one fact of a device knows all: of_device read them before it was changed
        change.of_device(Installation, device)
        change.of_device(Fact, device)
    before, now = (
        (change.devices_with(Installation, first), change.devices_with(Fact, first)) for first in (True, False)
    )
    for device in sorted(touched):
        yield from device_windows(
            (before[0].get(device, []), before[1].get(device, [])), (now[0].get(device, []), now[1].get(device, []))
        )


def _moved_sites(change: Change) -> list[tuple[str, list[Span], str]]:
    """(site, windows, reason) for sites whose height, host or areas are others than before."""
    always: list[Span] = [(0, OPEN)]
    found: list[tuple[str, list[Span], str]] = []
    boundaries = False
    moved: list[tuple[Site, Site]] = []
    for type_, _, before, after in change.differences():
        if type_ is AreaVersion:
            boundaries = True
        if not isinstance(before, Site) or not isinstance(after, Site):
            continue
        if (before.height, before.private) != (after.height, after.private):
            found.append((after.id, always, "site"))
        if (before.longitude, before.latitude) != (after.longitude, after.latitude):
            moved.append((before, after))
    if boundaries or moved:
        from gateway.registry.frames import relocated  # noqa: PLC0415 - geometry is loaded by who needs it

        found.extend((site, where, "area") for site, where in relocated(change, moved, boundaries=boundaries))
    return found
