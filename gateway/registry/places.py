"""The registry as the source of the aggregation's facts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from gateway.aggregator.places import Places
from gateway.aggregator.places import Site as Place
from gateway.areas.model import Area
from gateway.config import ConfigError
from gateway.engines import cause_of
from gateway.registry.membership import as_area
from gateway.registry.model import AreaVersion, Owner, Site
from gateway.registry.service import Registry


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise ConfigError(f"the registry's database cannot be reached: {cause_of(error)}") from error


class RegistryPlaces:
    """A `gateway.aggregator.places.PlanSource`: sites, installations and facts, areas from here or from files.

    The aggregation compares each plan with the one before and so finds by itself what to compute again. The windows
    noted here are settled once the facts they came from were taken and newer ones are asked for.
    """

    def __init__(self, registry: Registry, areas: Sequence[Area] = ()) -> None:
        """`areas` are taken in place of the registry's when there are any. The registry is closed by `close`."""
        self._registry, self._areas = registry, tuple(areas)
        self._taken = 0

    def revision(self) -> int:
        """See PlanSource: one row is read; raises ConfigError while the registry cannot be reached."""
        with _reached():
            return self._registry.version()

    def places(self) -> Places:
        """See PlanSource; raises ConfigError while the registry cannot be reached."""
        with _reached():
            return self._places()

    def _places(self) -> Places:
        if self._taken:
            self._registry.settle(self._taken)
        revision = self._registry.version()  # read first: what changes meanwhile is asked for again
        self._taken = self._registry.last_dirty()
        owned = {owner.id for owner in self._registry.entries(Owner) if owner.private}
        sites = [
            Place(id=site.id, name=site.name, longitude=site.longitude, latitude=site.latitude, height=site.height,
                  siting=site.siting, private=site.private, operated=site.private or site.owner in owned)
            for site in self._registry.entries(Site)
        ]  # fmt: skip
        return Places(
            revision=revision,
            sites=sites,
            installations=self._registry.installations_frame(),
            facts=self._registry.facts_frame(),
            areas=self._areas or [as_area(version) for version in self._registry.entries(AreaVersion)],
        )

    def close(self) -> None:
        """Release the registry's connections."""
        self._registry.close()
