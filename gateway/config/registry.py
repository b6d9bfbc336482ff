"""Devices, sites and the catalogue of sources: `[registry]`."""

from __future__ import annotations

from pydantic import Field

from gateway.config.section import Secret, Section


class CatalogueSettings(Section):
    """What the catalogue of sources (DCAT-AP.de) says of itself.

    Attributes:
        base: address below which the catalogue's own entries are named.
        contributor: IRI of the contributor, from http://dcat-ap.de/def/contributors/.
        geocoding_level: IRI from http://dcat-ap.de/def/politicalGeocoding/Level/.
        geocoding: IRI of the city's key; 05124000 is Wuppertal's.
        licence: IRI from http://dcat-ap.de/def/licenses/ where a source names none.
        access: address where data can be asked for; "" is `base` itself.
    """

    base: str = "http://127.0.0.1:8080/catalog"
    title: str = "Sensordaten der Stadt"
    description: str = "Datenquellen der städtischen Sensorik, als Zeitreihen je Quartier"
    publisher: str = "Stadt"
    publisher_page: str = ""
    contact: str = ""
    contributor: str = "http://dcat-ap.de/def/contributors/openNRW"
    geocoding_level: str = "http://dcat-ap.de/def/politicalGeocoding/Level/municipality"
    geocoding: str = "http://dcat-ap.de/def/politicalGeocoding/municipalityKey/05124000"
    licence: str = "http://dcat-ap.de/def/licenses/cc-by/4.0"
    access: str = ""


class RegistrySettings(Section):
    """Devices, sites, installations, sources.

    Attributes:
        url: SQLAlchemy URL (sqlite:///… or postgresql://…); absent: registry.sqlite in `data_dir`.
        password: of that URL.
        gate: hold back what comes from sources that are not approved; it stays in the journal.
        refresh: seconds between two looks at whether the registry has changed.
    """

    url: str | None = None
    password: Secret = Secret()
    gate: bool = False
    refresh: float = Field(2, gt=0)
    catalogue: CatalogueSettings = CatalogueSettings()
