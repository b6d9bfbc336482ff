"""What the aggregation needs to know of places: a Protocol, and its simplest implementation, one TOML file.

[sites.laurentiusplatz]
name = "Laurentiusplatz"
longitude = 7.1412
latitude = 51.2545
height = 160                  # m above sea level
siting = "background"

[[installations]]
device = "a84041000181c061"
site = "laurentiusplatz"
start = 2026-03-01T10:00:00+01:00

[devices.a84041000181c061]
expected_interval = 600       # s
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import polars as pl
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from gateway.aggregation.calendar import to_ns
from gateway.aggregation.plan import AREAS, FACTS, INSTALLATIONS, SITES
from gateway.areas import membership
from gateway.areas.model import Area
from gateway.config import ConfigError, read_file
from gateway.model import SECOND_NS


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place where something hangs. Degrees WGS 84, `height` in m.

    `private`: at somebody's home or garden; `operated`: its sensors belong to a private operator.
    """

    id: str
    name: str = ""
    longitude: float | None = None
    latitude: float | None = None
    height: float | None = None
    siting: str = ""
    private: bool = False
    operated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """All facts at one revision: frames of schemas INSTALLATIONS and FACTS, sites, areas of all levels and times."""

    revision: int
    sites: Sequence[Site]
    installations: pl.DataFrame
    facts: pl.DataFrame
    areas: Sequence[Area]


class PlanSource(Protocol):
    """Where the facts come from. Calls may block."""

    def revision(self) -> int:
        """Grows, or at least changes, whenever any fact does; cheap, asked every few seconds."""

    def places(self) -> Places:
        """The facts as they stand."""


def site_frame(sites: Sequence[Site]) -> pl.DataFrame:
    """Sites in schema SITES."""
    return pl.DataFrame([(each.id, each.height, each.private) for each in sites], schema=SITES, orient="row")


def memberships(sites: Sequence[Site], areas: Sequence[Area]) -> pl.DataFrame:
    """In which areas each site lies and when (schema AREAS), see `gateway.areas.membership`."""
    points = {
        site.id: (site.longitude, site.latitude)
        for site in sites
        if site.longitude is not None and site.latitude is not None
    }
    return pl.DataFrame(membership.memberships(points, areas), schema=AREAS, orient="row")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Site(_Strict):
    name: str = ""
    longitude: float | None = Field(None, ge=-180, le=180)
    latitude: float | None = Field(None, ge=-90, le=90)
    height: float | None = None
    siting: str = ""
    private: bool = False
    operated: bool = False


class _Installation(_Strict):
    device: str
    site: str
    channel: str | None = None
    special: bool = False
    start: AwareDatetime | None = None
    stop: AwareDatetime | None = None


class _Device(_Strict):
    expected_interval: float | None = Field(None, gt=0)
    modulus: float | None = Field(None, gt=0)
    stamps_start: bool | None = None
    capacity: float | None = Field(None, gt=0)
    sensor_class: int | None = Field(None, ge=1, le=3)


class _File(_Strict):
    sites: dict[str, _Site] = {}
    installations: tuple[_Installation, ...] = ()
    devices: dict[str, _Device] = {}


class FilePlaces:
    """Places of a TOML file; read again when the file changes."""

    def __init__(self, path: Path, areas: Sequence[Area] = ()) -> None:
        self._path, self._areas = path, tuple(areas)

    def revision(self) -> int:
        """The file's time of change, ns."""
        try:
            return self._path.stat().st_mtime_ns
        except OSError as error:
            raise ConfigError(f"{self._path}: {error.strerror}") from error

    def places(self) -> Places:
        """See PlanSource; raises ConfigError naming file, place in it and cause."""
        revision = self.revision()
        file = read_file(self._path, _File)
        for row in file.installations:
            if row.site not in file.sites:
                raise ConfigError(f"{self._path}: installations: device {row.device}: site {row.site!r} is not there")
        return Places(
            revision=revision,
            sites=[Site(id=id_, **site.model_dump()) for id_, site in file.sites.items()],
            installations=pl.DataFrame(
                [(row.device, row.channel, row.site, row.special, _ns(row.start), _ns(row.stop))
                 for row in file.installations],
                schema=INSTALLATIONS, orient="row",
            ),
            facts=pl.DataFrame([_fact(id_, row) for id_, row in file.devices.items()], schema=FACTS, orient="row"),
            areas=self._areas,
        )  # fmt: skip


def _ns(moment: datetime | None) -> int | None:
    return None if moment is None else to_ns(moment)


def _fact(device: str, row: _Device) -> dict[str, Any]:
    expected = None if row.expected_interval is None else round(row.expected_interval * SECOND_NS)
    return dict.fromkeys(FACTS) | {
        "device": device, "start": 0, "expected": expected, "modulus": row.modulus, "stamps_start": row.stamps_start,
        "capacity": row.capacity, "sensor_class": row.sensor_class,
    }  # fmt: skip
