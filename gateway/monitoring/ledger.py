"""What began and what ended: the faults that hold, compared with what a look has found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec

from gateway.monitoring.model import Finding, Key


class Changes(msgspec.Struct, frozen=True):
    """The difference a look made. `ended` are as they were last; `updated` hold on, with new numbers."""

    began: tuple[Finding, ...] = ()
    ended: tuple[Finding, ...] = ()
    updated: tuple[Finding, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.began or self.ended or self.updated)


def compare(held: Mapping[Key, Finding], found: Iterable[Finding], examined: Callable[[Key], bool]) -> Changes:
    """Changes from `held` to `found`.

    Args:
        held: faults that hold.
        found: faults of this look; a key that stands twice counts once.
        examined: whether this look would have found the fault: only those can end.
    """
    now = {finding.key: finding for finding in found}
    began = tuple(finding for key, finding in now.items() if key not in held)
    ended = tuple(finding for key, finding in held.items() if key not in now and examined(key))
    updated = tuple(
        msgspec.structs.replace(finding, since=held[key].since)
        for key, finding in now.items()
        if key in held and (finding.value, finding.limit) != (held[key].value, held[key].limit)
    )
    return Changes(began, ended, updated)
