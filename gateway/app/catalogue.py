"""The catalogue of sources as the running service gives it."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from gateway.config import Settings
from gateway.problems import Kind, ProblemError
from gateway.registry.errors import RegistryError
from gateway.registry.place import has_database

if TYPE_CHECKING:
    from gateway.registry.service import Registry


class Catalogue:
    """Opens the registry when it is first asked for, and there is one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = Lock()
        self._registry: Registry | None = None

    def close(self) -> None:
        """Release the connections."""
        if self._registry is not None:
            self._registry.close()

    def read(self, format_: str) -> str:
        """The approved sources, as "jsonld" or "turtle"; raises ProblemError while the registry cannot be read."""
        from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 - 0.5 s that a start need not take

        from gateway.registry import catalogue as dcat  # noqa: PLC0415 - as above
        from gateway.registry.model import Owner, Source  # noqa: PLC0415 - as above

        try:
            registry = self._opened()
            sources = registry.entries(Source) if registry is not None else []
            owners = {owner.id: owner for owner in registry.entries(Owner)} if registry is not None else {}
        except (RegistryError, SQLAlchemyError):
            raise ProblemError(
                Kind.UNAVAILABLE, "Die Registrierung ist zurzeit nicht erreichbar.",
                "The registry cannot be reached at present.",
            ) from None  # fmt: skip
        triples = dcat.catalogue(self._settings.registry.catalogue, sources, owners)
        return dcat.turtle(triples) if format_ == "turtle" else dcat.json_ld(triples)

    def _opened(self) -> Registry | None:
        with self._lock:
            if self._registry is None and has_database(self._settings):
                from gateway.registry.opening import create_file  # noqa: PLC0415 - 0.5 s that a start need not take
                from gateway.registry.service import Registry  # noqa: PLC0415 - as above

                self._registry = Registry(create_file(self._settings))
            return self._registry
