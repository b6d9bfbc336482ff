"""What can be wrong with an entry of the registry, said in German first, then in English."""

from __future__ import annotations


def text(de: str, en: str) -> str:
    """A sentence for people: German, then English."""
    return f"{de} / {en}"


class RegistryError(Exception):
    """A person has to change something; the message names what, where and why.

    Attributes:
        field: the fact it is about ("site", "start", ...), "" for the entry as a whole.
    """

    def __init__(self, de: str, en: str, field: str = "") -> None:
        super().__init__(text(de, en))
        self.field = field


class RegistryUnavailableError(RegistryError):
    """The database cannot be reached, or its tables are not those of this version."""
