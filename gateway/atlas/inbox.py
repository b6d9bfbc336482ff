"""A watched folder: files that arrive are taken over or refused without anyone's action.

    inbox/ba-sgb2_2023-12-31_anything.csv → inbox/accepted/… | inbox/refused/… with a .txt that says why

A file is touched only when its size and time did not change between two looks: a copy in progress is left alone.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from gateway.atlas.edition_status import Imported
from gateway.atlas.errors import AtlasError, text
from gateway.atlas.people import Person
from gateway.atlas.reading import MAX_BYTES
from gateway.atlas.registers import Registers

INTERVAL = 0.5
_NAME = re.compile(r"^(?P<dataset>[a-z0-9][a-z0-9-]*)_(?P<day>\d{4}-\d\d-\d\d)(?:[_.].*)?$")
PERSON = Person("Eingangsordner", frozenset({"deliver"}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """What became of a file: an import, or the reason it was refused."""

    file: str
    imported: Imported | None
    problem: str = ""


@dataclass(slots=True)
class Inbox:
    """One folder. A file named `…_replace.csv` replaces an accepted delivery."""

    registers: Registers
    folder: Path
    _seen: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def scan(self) -> list[Handled]:
        """Look once; files that have not changed since the last look are handled, in order of their names."""
        found: dict[Path, tuple[int, int]] = {}
        ready = []
        for path in sorted(self.folder.iterdir()):
            if not path.is_file() or path.is_symlink() or path.name.startswith(".") or path.suffix in {".part", ".tmp"}:
                continue
            state = path.stat()
            found[path] = (state.st_size, state.st_mtime_ns)
            if self._seen.get(path) == found[path]:
                ready.append(path)
        self._seen = found
        return [self._handle(path) for path in ready]

    def _handle(self, path: Path) -> Handled:
        self._seen.pop(path, None)
        try:
            imported = self._import(path)
        except (AtlasError, OSError) as error:
            place = self._move(path, "refused")
            place.with_name(place.name + ".txt").write_text(f"{error}\n", encoding="utf-8")
            return Handled(file=path.name, imported=None, problem=str(error))
        self._move(path, "accepted")
        return Handled(file=path.name, imported=imported)

    def _import(self, path: Path) -> Imported:
        name = _NAME.match(path.name)
        try:
            day = date.fromisoformat(name["day"]) if name else None
        except ValueError:
            day = None
        if name is None or day is None:
            raise AtlasError(
                text(
                    f"{path.name}: der Name muss DATENSATZ_JJJJ-MM-TT… lauten",
                    f"{path.name}: the name must be DATASET_YYYY-MM-DD…",
                )
            )
        if path.stat().st_size > MAX_BYTES:
            raise AtlasError(text(f"{path.name}: größer als {MAX_BYTES} Bytes", f"{path.name}: too large"))
        replace = "Eingangsordner: _replace" if path.stem.endswith("_replace") else ""
        return self.registers.import_delivery(
            path.read_bytes(), path.name, name["dataset"], day, PERSON, replace=replace
        )

    def _move(self, path: Path, where: str) -> Path:
        """Into a folder below, under a name that is still free."""
        folder = self.folder / where
        folder.mkdir(exist_ok=True)
        place, number = folder / path.name, 1
        while place.exists():
            number += 1
            place = folder / f"{path.stem}.{number}{path.suffix}"
        return path.rename(place)


async def watch(
    inbox: Inbox,
    told: Callable[[Handled], None],
    stop: asyncio.Event,
    *,
    interval: float = INTERVAL,
) -> None:
    """Look every `interval` seconds until `stop`; each handled file is told. File work runs off the event loop.

    Once a day the notices of deliveries that are due or late are written.
    """
    reminded: date | None = None
    while not stop.is_set():
        if (today := inbox.registers.clock().date()) != reminded:
            await asyncio.to_thread(inbox.registers.remind)
            reminded = today
        for handled in await asyncio.to_thread(inbox.scan):
            told(handled)
        try:
            await asyncio.wait_for(stop.wait(), interval)
        except TimeoutError:
            continue
