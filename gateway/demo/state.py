"""How far the demo city has come: city.json in its data folder, so that a second start goes on."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

FILE = "city.json"


class State(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`begun`: Unix time of the first start; `days` of history before it; `until`: everything before was sent."""

    begun: float
    days: float
    until: float
    payloads: bool = False


def load(folder: Path) -> State | None:
    """What an earlier start left; None on the first one."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=State)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None


def save(folder: Path, state: State) -> None:
    """Put it in place of what is there."""
    new = folder / f"{FILE}.new"
    with new.open("wb") as file:
        file.write(msgspec.json.encode(state))
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / FILE)


class Progress:
    """The state as it moves; any thread may advance it."""

    def __init__(self, folder: Path, state: State) -> None:
        """`state` is written at once."""
        self._folder, self.state = folder, state
        save(folder, state)

    def reached(self, until: float) -> None:
        """Everything before `until` was sent."""
        self.change(until=until)

    def change(self, **values: float | bool) -> None:
        """Something else is known now."""
        self.state = msgspec.structs.replace(self.state, **values)
        save(self._folder, self.state)
