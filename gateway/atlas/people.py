"""Who may do what with deliveries and editions. One TOML file, [people] name = ["deliver", "check", "release"]."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from gateway.atlas.errors import DefinitionError, NotAllowedError, text

Role = Literal["deliver", "check", "release"]
ROLES: tuple[str, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Person:
    """Someone with roles; the name stands in the audit log."""

    name: str
    roles: frozenset[str]

    def must(self, role: Role) -> None:
        """Raise NotAllowedError without the role."""
        if role not in self.roles:
            raise NotAllowedError(
                text(f"{self.name} hat die Rolle „{role}“ nicht", f"{self.name} does not have the role '{role}'")
            )


def load_people(path: Path) -> dict[str, Person]:
    """Read the file; raises DefinitionError."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8")).get("people", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DefinitionError(f"{path}: {error}") from error
    people = {}
    for name, roles in found.items():
        if not isinstance(roles, list) or set(roles) - set(ROLES):
            raise DefinitionError(f"{path}: {name}: roles are {', '.join(ROLES)}")
        people[name] = Person(name, frozenset(roles))
    return people
