"""What the registry knows: one value for each entry, and the closed vocabularies. Times are int ns UTC.

    tenant ── owner ──┬── site ────────┐
                      ├── device ── installation [start, stop) ── calibration (a fact bound to the site)
                      └── source       └── fact [start, stop): expected interval, modulus, sensor class, ...

Identity never changes: a device's id is the id its observations carry.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

EVERY = "*"
"""Channel or quantity of a fact that holds for all of them ("" is a channel: the only one of its device)."""


class Siting(StrEnum):
    """What a site stands for (the first three as in Directive (EU) 2024/2881, Annex IV)."""

    TRAFFIC = "traffic"
    BACKGROUND = "background"
    INDUSTRIAL = "industrial"
    GREEN = "green"
    WATER = "water"
    STREET = "street"
    PARKING = "parking"
    ROOF = "roof"
    INDOOR = "indoor"
    UNDERGROUND = "underground"
    OTHER = "other"


class PrivacyClass(StrEnum):
    """Who may see single values."""

    PUBLIC = "public"
    INTERNAL = "internal"
    PERSONAL = "personal"


class Status(StrEnum):
    """The life of a source: proposed → approved → active → retired."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    ACTIVE = "active"
    RETIRED = "retired"


class Level(StrEnum):
    """The finest geography at which something may be published."""

    SITE = "site"
    QUARTIER = "quartier"
    STADTBEZIRK = "stadtbezirk"
    STADT = "stadt"
    NONE = "none"


class Attribute(StrEnum):
    """Facts about a device that hold for a time; numbers all of them (SI units; s for the interval)."""

    EXPECTED = "expected"
    MODULUS = "modulus"
    STAMPS_START = "stamps_start"
    CAPACITY = "capacity"
    SENSOR_CLASS = "sensor_class"
    FACTOR = "factor"
    SHIFT = "shift"
    MOBILE = "mobile"
    """1: moves about in that time, and hangs nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Anything the registry keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant(Entry):
    """An organisation that uses the platform."""

    id: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner(Entry):
    """To whom sites, devices and sources belong. `private`: a household or person, not an office or company."""

    id: str
    tenant: str = ""
    name: str = ""
    private: bool = False
    contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site(Entry):
    """A fixed place. It does not move: a new place is a new site, a changed point corrects a mistake.

    Attributes:
        longitude, latitude: degrees WGS 84.
        height: m above sea level (NHN); reduces pressure to sea level.
        above_ground: m above the ground.
        private: hosted by a private person: never shown as a point.
    """

    id: str
    name: str = ""
    longitude: float | None = None
    latitude: float | None = None
    height: float | None = None
    above_ground: float | None = None
    siting: str = Siting.OTHER
    private: bool = False
    owner: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device(Entry):
    """A device as it is known to the pipeline.

    Attributes:
        id: the id its observations carry (DevEUI in lower case, or the source's own id).
        network: the network of that id ("lorawan", "mqtt", "nbiot", "").
        decoder: id of a decoder, "" when the network server's word decides.
        codec: path of a vendor's JavaScript codec in place of a decoder, "" for none; relative to `data_dir`.
        mapping: path of the file that says which of the codec's keys is which quantity, "" for none.
        source: the source it belongs to; "": the configured source its messages come by.
        mobile: moves about, always; for some time only it is a fact (`Attribute.MOBILE`). It hangs at no site then.
        retired_at: ns, None while in service.
    """

    id: str
    name: str = ""
    network: str = ""
    decoder: str = ""
    codec: str = ""
    mapping: str = ""
    brand: str = ""
    model: str = ""
    serial: str = ""
    source: str = ""
    owner: str = ""
    privacy: str = PrivacyClass.INTERNAL
    mobile: bool = False
    retired_at: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier(Entry):
    """Another id under which a network reports a device; it belongs to one device."""

    identifier: str
    device: str
    network: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation(Entry):
    """A device, or one channel of it, at a site. `special`: another depth, a fridge; never part of an area."""

    device: str
    channel: str = EVERY
    start: int = 0
    stop: int | None = None
    site: str = ""
    special: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Entry):
    """What is known about a device for a time. `site` not "": only while it hangs there (a calibration, a zero)."""

    device: str
    site: str = ""
    channel: str = EVERY
    quantity: str = EVERY
    attribute: str
    start: int = 0
    stop: int | None = None
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(Entry):
    """A data source with what data protection asks of it.

    Attributes:
        id: name of the configured source, or any other name that devices refer to.
        dpia: reference of the data protection impact assessment, "" when none is needed.
        publication: (quantity or "*", level) pairs: what may be published, and how fine.
        licence, keywords, themes (EU data-theme codes such as "ENVI"), contact: for the catalogue.
        changed_at: ns of the last change, for the catalogue.
    """

    id: str
    title: str = ""
    description: str = ""
    owner: str = ""
    purpose: str = ""
    legal_basis: str = ""
    controller: str = ""
    privacy: str = PrivacyClass.INTERNAL
    dpia: str = ""
    publication: tuple[tuple[str, str], ...] = ()
    licence: str = ""
    keywords: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    contact: str = ""
    status: str = Status.PROPOSED
    proposed_by: str = ""
    proposed_at: int | None = None
    approved_by: str = ""
    approved_at: int | None = None
    active_at: int | None = None
    retired_at: int | None = None
    changed_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaVersion(Entry):
    """One version of an area's boundary as it is kept: days as ISO text ("" open), geometry as WKB in EPSG:4326."""

    id: str
    start: str = ""
    stop: str = ""
    level: str
    number: str
    name: str
    parent: str = ""
    schematic: bool = False
    number_confirmed: bool = True
    geometry: bytes


def publishable(source: Source | None) -> bool:
    """Whether data of this source may leave the gateway at all: approved or active; an unknown source may not."""
    return source is not None and source.status in {Status.APPROVED, Status.ACTIVE}


def publication_level(source: Source | None, quantity: str) -> Level:
    """The finest level at which a quantity of this source may be published; what is not named may not."""
    if source is None or not publishable(source):
        return Level.NONE
    levels = dict(source.publication)
    return Level(levels.get(quantity, levels.get(EVERY, Level.NONE)))
