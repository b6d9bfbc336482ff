"""Configuration: gateway.toml, overridden by GATEWAY_* environment variables, validated before anything starts.

A nested value is reached by two underscores: GATEWAY_STORE__INFLUXDB__URL. Secrets are given as a file
(`token_file`) or by the environment; they never stand in a log line, because they are `SecretStr`.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource


class ConfigError(Exception):
    """The configuration cannot be used; the message names file, setting and cause."""


class Section(BaseModel):
    """Base of every table: unknown keys are refused, because a misspelt setting is a silent default."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Secret(Section):
    """A secret given as a file or as a value (the value by environment only, by habit)."""

    file: Path | None = None
    value: SecretStr | None = None

    def read(self) -> str | None:
        """The secret without its trailing line end, or None when none is configured; raises ConfigError."""
        if self.file is not None:
            try:
                return self.file.read_text(encoding="utf-8").rstrip("\r\n")
            except (OSError, UnicodeDecodeError) as error:
                raise ConfigError(f"secret file {self.file} cannot be read: {error}") from error
        return self.value.get_secret_value() if self.value else None


class TlsSettings(Section):
    """TLS towards a broker. `ca` absent means the system's authorities. The files are read again when they change."""

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None


class PlainField(Section):
    """One value of a plain message: where it stands and what it means.

    A path has dots between keys, `[2]` for a place in an array and `[type=P1]` for the object in an array whose `type`
    is "P1"; a backslash before a dot or bracket takes it literally. Paths start at the item of `items`.

    Attributes:
        path: where the value stands; "" is the whole body (a scalar as text). For SenML the name, for Cayenne LPP
            "channel.type" or "type".
        quantity: what it is; "topic:N" takes it from the topic. Absent: the last key of the path.
        unit: what it is in; a unit that the message itself gives (`unit_path`, "21.5 °C") wins.
        unit_path: where the message says the unit.
        channel: which of several alike; "topic:N" takes it from the topic.
        channel_path: where the message says the channel.
        time: where the value's own time stands (NGSI-LD: "temperature.observedAt").
        missing: values that mean "no value" (4000000.0 of an unused probe).
    """

    path: str
    quantity: str | None = None
    unit: str = ""
    unit_path: str | None = None
    channel: str = ""
    channel_path: str | None = None
    time: str | None = None
    missing: tuple[float, ...] = ()


class PlainMapping(Section):
    """How a plain JSON, text or CSV body becomes values.

    Attributes:
        device: path in the body (in the item, else at the top), or "topic:N" (the N-th level of the topic, from 0;
            negative from the end), or "query:NAME" for HTTP.
        items: path of an array of objects, each mapped alike; "" when the body is one object or one array.
        time: path of the event time (in the item, else at the top); absent means the receive time.
        time_format: "auto" tells epoch seconds, milliseconds, microseconds, nanoseconds and ISO 8601 apart.
        time_zone: zone of times that name none.
        fields: the values; empty means every key that is a canonical quantity id.
        decimal: decimal sign of numbers in text; "auto" reads 21,5 and 21.5 alike, and 1.234,5 as 1234.5.
        csv_columns: column names when the body is CSV lines.
    """

    device: str = "topic:-1"
    items: str = ""
    time: str | None = None
    time_format: Literal["auto", "iso", "s", "ms", "us", "ns"] = "auto"
    time_zone: str = "UTC"
    fields: tuple[PlainField, ...] = ()
    decimal: Literal["auto", ",", "."] = "auto"
    csv_columns: tuple[str, ...] = ()
    csv_delimiter: str = Field(";", min_length=1, max_length=1)


Format = Literal["chirpstack", "tts", "plain", "senml", "cayenne"]


class SourceBase(Section):
    """What every source has: the envelope its messages come in."""

    format: Format
    mapping: PlainMapping = PlainMapping()
    topic_template: str = "application/{application_id}/device/{dev_eui}/event/{event}"


class Mqtt5Source(SourceBase):
    """A broker reached with MQTT 5. Times in seconds; `receive_maximum` bounds what is unacknowledged."""

    type: Literal["mqtt5"]
    host: str
    port: int = Field(1883, ge=1, le=65535)
    topics: tuple[str, ...] = Field(min_length=1)
    share_group: str | None = None
    client_id: str
    username: str | None = None
    password: Secret = Secret()
    tls: TlsSettings | None = None
    qos: int = Field(1, ge=0, le=2)
    session_expiry: int = Field(7 * 86400, ge=0)
    receive_maximum: int = Field(5000, ge=1, le=65535)
    keep_alive: int = Field(60, ge=5, le=65535)
    max_packet_size: int = Field(1 << 20, ge=1024)
    silent_after: float | None = Field(None, gt=0)
    backoff_min: float = Field(0.5, gt=0)
    backoff_max: float = Field(60, gt=0)


class StorageSettings(Section):
    """The Things Stack's storage integration, asked for what was missed while the connection was down."""

    url: str
    api_key: Secret
    application: str
    limit: int = Field(1000, ge=1, le=10000)
    overlap: float = Field(300, ge=0)


class Mqtt311Source(SourceBase):
    """A broker that offers MQTT 3.1.1 only (The Things Stack)."""

    type: Literal["mqtt311"]
    host: str
    port: int = Field(8883, ge=1, le=65535)
    topics: tuple[str, ...] = Field(("v3/+/devices/+/#",), min_length=1)
    client_id: str | None = None
    username: str | None = None
    password: Secret = Secret()
    tls: TlsSettings | None = TlsSettings()
    qos: int = Field(0, ge=0, le=1)
    keep_alive: int = Field(60, ge=5, le=65535)
    backoff_min: float = Field(0.5, gt=0)
    backoff_max: float = Field(60, gt=0)
    storage: StorageSettings | None = None


class HttpSource(SourceBase):
    """Devices or network servers that post to /ingest/{source}. Rates in messages per second for each token."""

    type: Literal["http"]
    token: Secret = Secret()
    device_tokens: Path | None = None
    max_body: int = Field(1 << 20, ge=1)
    rate: float = Field(200, gt=0)
    burst: int = Field(1000, ge=1)


Source = Annotated[Mqtt5Source | Mqtt311Source | HttpSource, Field(discriminator="type")]


class JournalSettings(Section):
    """The durable journal. Retention never removes what a consumer still needs."""

    max_batch: int = Field(5000, ge=1)
    max_batch_bytes: int = Field(16 << 20, ge=1)
    max_pending_bytes: int = Field(64 << 20, ge=1)
    delay: float = Field(0, ge=0, le=1)
    retention_days: float | None = Field(400, gt=0)
    retention_bytes: int | None = Field(None, ge=1)
    retry_after: float = Field(2, gt=0)


class InfluxSettings(Section):
    """InfluxDB 2."""

    url: str = "http://127.0.0.1:8086"
    org: str = "city"
    bucket: str = "raw"
    token: Secret = Secret()
    timeout: float = Field(30, gt=0)
    batch_points: int = Field(10000, ge=1)
    gzip: bool = False


class StoreSettings(Section):
    """Where observations go. DuckDB is one file in `data_dir`, owned by one process."""

    kind: Literal["duckdb", "influxdb"] = "duckdb"
    influxdb: InfluxSettings = InfluxSettings()


class RangeTest(Section):
    """Gross range: outside `fail` is FAIL, outside `suspect` is SUSPECT; canonical unit."""

    fail: tuple[float, float] | None = None
    suspect: tuple[float, float] | None = None


class QualityTests(Section):
    """QARTOD tests of one quantity, canonical units; absent means the test is not made.

    Attributes:
        spike: SUSPECT when |v2 - (v1 + v3) / 2| exceeds it.
        rate: SUSPECT when the change per second exceeds it.
        flat_line: seconds; SUSPECT when the value stays within `flat_tolerance` for that long.
    """

    range: RangeTest = RangeTest()
    spike: float | None = Field(None, gt=0)
    rate: float | None = Field(None, gt=0)
    flat_line: float | None = Field(None, gt=0)
    flat_tolerance: float = Field(0, ge=0)


class PipelineSettings(Section):
    """Decoding, clocks and quality.

    Attributes:
        batch: journal entries processed at once.
        linger: seconds to gather more entries after a batch that was not full (few large writes cost less).
        max_future: seconds that a network's or a payload's time may be ahead of our clock.
        max_past: seconds that a network's time may be behind our clock.
        max_payload_past: seconds that a time in a payload (history samples) may be behind our clock.
        radio: store rssi, snr and spreading factor of every uplink as well.
        quality: tests by quantity id.
        device_quality: tests by device and quantity id; they replace those of `quality`.
    """

    batch: int = Field(2000, ge=1)
    linger: float = Field(0.1, ge=0, le=10)
    max_future: float = Field(300, ge=0)
    max_past: float = Field(7 * 86400, ge=0)
    max_payload_past: float = Field(366 * 86400, ge=0)
    radio: bool = False
    quality: dict[str, QualityTests] = {}
    device_quality: dict[str, dict[str, QualityTests]] = {}


class AtlasSettings(Section):
    """The register-based atlas: its database (SQLite in `data_dir` unless a URL is given), inbox and people."""

    enabled: bool = False
    url: Secret = Secret()
    inbox: Path | None = None
    people: Path | None = None


class HttpSettings(Section):
    """The server for ingest, queries, health and metrics."""

    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    certificate: Path | None = None
    key: Path | None = None


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


class Settings(BaseSettings):
    """All of it. `load` reads a file; the environment wins over the file."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_", env_nested_delimiter="__", extra="forbid", frozen=True)

    data_dir: Path = Path("data")
    fleet: Path | None = None
    sources: dict[str, Source] = {}
    journal: JournalSettings = JournalSettings()
    store: StoreSettings = StoreSettings()
    pipeline: PipelineSettings = PipelineSettings()
    registry: RegistrySettings = RegistrySettings()
    http: HttpSettings = HttpSettings()
    atlas: AtlasSettings = AtlasSettings()
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @model_validator(mode="after")
    def _names(self) -> Settings:
        for name in self.sources:
            if not name.replace("-", "").replace("_", "").isalnum():
                raise ValueError(f"source name {name!r} may hold letters, digits, - and _ only")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is the library's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is the library's
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment first, then the file, then defaults."""
        file = settings_cls.model_config.get("toml_file")
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, file)


def load(path: Path | None = None, **overrides: Any) -> Settings:
    """Read and validate the configuration; raises ConfigError that names file, setting and cause.

    Args:
        path: the TOML file; None means defaults and environment alone.
        overrides: values that win over file and environment.
    """
    if path is not None and not path.is_file():
        raise ConfigError(f"configuration file {path} does not exist")

    class FromFile(Settings):
        model_config = SettingsConfigDict(toml_file=path)

    where = f"{path or 'environment'}"
    try:
        return FromFile(**overrides)
    except ValidationError as error:
        causes = "\n".join(f"  {'.'.join(map(str, e['loc'])) or '(top)'}: {e['msg']}" for e in error.errors())
        raise ConfigError(f"{where}:\n{causes}") from None  # the chained error would show input values, secrets too
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigError(f"{where}: {error}") from error
