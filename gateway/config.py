"""Configuration: gateway.toml, overridden by GATEWAY_* environment variables, validated before anything starts.

A nested value is reached by two underscores: GATEWAY_STORE__INFLUXDB__URL. Secrets are given as a file
(`token_file`) or by the environment; they never stand in a log line, because they are `SecretStr`.
"""

from __future__ import annotations

import tomllib
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from gateway.quantities import QUANTITIES


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


class BatteryLimits(Section):
    """Below these a battery is low; None: not looked at. `level` in %, `voltage` in V."""

    level: float | None = Field(None, ge=0, le=100)
    voltage: float | None = Field(None, ge=0)


class BatterySettings(BatteryLimits):
    """Low batteries. A device's own limits replace those of its decoder, and these the general ones.

    Attributes:
        window: seconds to look back for the latest value; many devices tell once a day.
        decoders: by decoder id.
        devices: by device.
    """

    level: float | None = Field(15, ge=0, le=100)
    voltage: float | None = Field(2.5, ge=0)
    window: float = Field(3 * 86400, gt=0)
    decoders: dict[str, BatteryLimits] = {}
    devices: dict[str, BatteryLimits] = {}


class FlatLine(Section):
    """A series stands still when all values of the last `after` seconds lie within `tolerance` (canonical unit).

    Attributes:
        normal: values at which standing still is no fault (fog: 100 % for days).
    """

    after: float = Field(86400, gt=0)
    tolerance: float = Field(0, ge=0)
    normal: tuple[float, ...] = ()


class Drift(Section):
    """How far apart sensors of a quantity may be; `floor` (canonical unit) is what good sensors differ by anyway."""

    floor: float = Field(gt=0)


class DriftSettings(Section):
    """A series that keeps away from the median of its neighbours.

    Attributes:
        distance: metres within which devices of the same siting are neighbours.
        neighbours: how many are needed.
        window: seconds that are compared, hour by hour.
        hours: hours with enough neighbours that are needed for a verdict.
        factor: the allowed distance from the neighbours in units of their own spread (1.4826 MAD, at least `floor`).
        every: seconds between two comparisons of a quantity.
        quantities: what is compared; station pressure is not, as long as heights are not taken into account.
    """

    distance: float = Field(2000, gt=0)
    neighbours: int = Field(3, ge=3)
    window: float = Field(3 * 86400, gt=3600)
    hours: int = Field(24, ge=1)
    factor: float = Field(4, gt=0)
    every: float = Field(6 * 3600, gt=0)
    quantities: dict[str, Drift] = {
        "air_temperature": Drift(floor=0.75),
        "relative_humidity": Drift(floor=4),
        "pm2_5": Drift(floor=4),
        "pm10": Drift(floor=6),
        "no2": Drift(floor=8),
        "o3": Drift(floor=8),
    }


class QuietHours(Section):
    """Local wall-clock times between which nobody is disturbed; over midnight when `start` is after `stop`."""

    start: time
    stop: time


class WebhookSettings(Section):
    """Digests as JSON, signed as https://www.standardwebhooks.com says. Addresses often hold a secret themselves."""

    url: Secret
    secret: Secret = Secret()
    ca: Path | None = None
    timeout: float = Field(10, gt=0, le=60)


class MailSettings(Section):
    """Digests by e-mail. A password is sent over TLS only."""

    host: str
    port: int = Field(587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    ca: Path | None = None
    username: Secret = Secret()
    password: Secret = Secret()
    sender: str = Field(pattern=r"^[^\s<>@]+@[^\s<>@]+$")
    recipients: tuple[Annotated[str, Field(pattern=r"^[^\s<>@]+@[^\s<>@]+$")], ...] = Field(min_length=1, max_length=50)
    timeout: float = Field(15, gt=0, le=60)

    @model_validator(mode="after")
    def _encrypted(self) -> MailSettings:
        if self.security == "none" and (self.password.file or self.password.value):
            raise ValueError("a password is not sent without TLS: set security to starttls or tls")
        return self


Trouble = Literal[
    "late", "silent", "never_heard", "low_battery", "flat_line", "drift", "clock_fault", "decode_failure", "restarts",
    "source_silent",
]  # fmt: skip


class NotifySettings(Section):
    """Who is told of faults and of their end. Without webhook and mail nobody.

    Attributes:
        name: of this installation, in subject lines.
        troubles: what is told.
        digest: seconds at least between two messages of a channel; each lists all changes since the one before.
        quiet: no messages then; what happens meanwhile stands in the first one after.
        urgent: told in quiet hours as well.
        zone: of quiet hours and of times in messages.
    """

    name: str = Field("Quartier-Gateway", max_length=100, pattern=r"^[^\r\n]+$")
    troubles: tuple[Trouble, ...] = (
        "silent", "never_heard", "low_battery", "flat_line", "drift", "clock_fault", "decode_failure", "restarts",
        "source_silent",
    )  # fmt: skip
    digest: float = Field(900, ge=0)
    quiet: QuietHours | None = None
    urgent: tuple[Trouble, ...] = ()
    zone: ZoneInfo = ZoneInfo("Europe/Berlin")
    webhook: WebhookSettings | None = None
    mail: MailSettings | None = None


class MonitoringSettings(Section):
    """Silent and wrong sensors. Only registered devices are watched, unless `default_interval` is given.

    Attributes:
        every: seconds between two rounds.
        default_interval: expected interval of devices that are not registered, seconds; None: they are not watched.
        late: expected intervals without a message after which a device is late.
        silent: the same for silent.
        grace: seconds added to both, because heard devices are noted every half minute.
        never_heard: seconds after which a registered device that was never heard is a fault.
        outage: share of a source's devices; when as many are silent at once, the source is the fault.
        devices_per_round: devices whose stored values are looked at in a round; the others follow in the next ones.
        share: part of a device's messages with a bad clock, or undecodable, from which on that is a fault.
        rate_window: seconds over which clocks, undecodable messages and restarts are counted.
        restarts: joins or restarts within `rate_window` that are a fault.
        flat_line: by quantity.
    """

    enabled: bool = True
    every: float = Field(60, gt=0)
    default_interval: float | None = Field(None, gt=0)
    late: float = Field(1.5, ge=1)
    silent: float = Field(3, ge=1)
    grace: float = Field(60, ge=0)
    never_heard: float = Field(86400, ge=0)
    outage: float = Field(0.5, gt=0, le=1)
    devices_per_round: int = Field(50, ge=1)
    share: float = Field(0.5, gt=0, le=1)
    rate_window: float = Field(86400, gt=0)
    restarts: int = Field(5, ge=1)
    battery: BatterySettings = BatterySettings()
    flat_line: dict[str, FlatLine] = {
        "air_temperature": FlatLine(),
        "relative_humidity": FlatLine(normal=(100,)),
        "air_pressure": FlatLine(),
        "sound_level_a_eq": FlatLine(),
        "co2": FlatLine(),
        "pm2_5": FlatLine(after=2 * 86400),
        "pm10": FlatLine(after=2 * 86400),
        "no2": FlatLine(),
        "o3": FlatLine(),
    }
    drift: DriftSettings = DriftSettings()
    notify: NotifySettings = NotifySettings()

    @model_validator(mode="after")
    def _order(self) -> MonitoringSettings:
        if self.silent < self.late:
            raise ValueError(f"silent ({self.silent:g} intervals) must not be less than late ({self.late:g})")
        for table, names in (("flat_line", self.flat_line), ("drift.quantities", self.drift.quantities)):
            for name in names:
                if name not in QUANTITIES:
                    raise ValueError(f"{table}: {name!r} is no quantity of the vocabulary")
        return self


class AreaFile(Section):
    """A boundary file of one level (GeoJSON, GeoPackage, Shapefile) and how its attributes are read.

    Attributes:
        file: where it is.
        level: what its features are: "quartier", "stadtbezirk", "stadt" or another name.
        number: attribute with the authority's key.
        name: attribute with the name.
        parent: attribute with the key of the area above; `parent_level` is that one's level.
        digits: keys of fewer digits get leading zeros.
        epsg: coordinate system, when the file does not say it.
        start: first day of these boundaries, absent: always before.
        stop: first day after them, absent: they still hold.
    """

    file: Path
    level: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    number: str = "number"
    name: str = "name"
    parent: str | None = None
    parent_level: str = ""
    digits: int = Field(0, ge=0, le=20)
    epsg: int | None = None
    start: date | None = None
    stop: date | None = None


class AggregationSettings(Section):
    """Figures for each area and period. Off by default: an installation that only receives loads nothing of it.

    Attributes:
        enabled: whether figures are made.
        places: TOML file of sites and what hangs there; absent: the registry.
        areas: boundary files; absent: the registry's.
        schematic: use the tile map of Wuppertal's Quartiere that comes with the product instead.
        day_basis: whose midnights begin the days that are written out ("berlin", "mez", "utc"); a query may ask for
            any.
        keep_days: for so long an earlier state can be asked for (`as_of`).
        lateness: seconds after which a window's figures are called final.
        bucket: InfluxDB bucket for the figures, with store.kind = influxdb.
    """

    enabled: bool = False
    places: Path | None = None
    areas: tuple[AreaFile, ...] = ()
    schematic: bool = False
    day_basis: Literal["berlin", "mez", "utc"] = "berlin"
    keep_days: float = Field(90, gt=0)
    lateness: float = Field(2 * 86400, ge=0)
    bucket: str = "quartier"


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
    aggregation: AggregationSettings = AggregationSettings()
    atlas: AtlasSettings = AtlasSettings()
    monitoring: MonitoringSettings = MonitoringSettings()
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
