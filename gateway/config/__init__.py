"""Configuration: gateway.toml, overridden by GATEWAY_* environment variables, validated before anything starts.

A nested value is reached by two underscores: GATEWAY_STORE__INFLUXDB__URL. Secrets are given as a file
(`token_file`) or by the environment; they never stand in a log line, because they are `SecretStr`.

One file for each table; here stands what the rest of the product imports.
"""

from gateway.config.aggregation import AggregationSettings, AreaFile
from gateway.config.atlas import AtlasNotifySettings, AtlasSettings
from gateway.config.files import read_file
from gateway.config.http import HttpSettings
from gateway.config.journal import JournalSettings
from gateway.config.loading import load
from gateway.config.monitoring import BatteryLimits, BatterySettings, Drift, DriftSettings, FlatLine, MonitoringSettings
from gateway.config.notify import MailSettings, NotifySettings, QuietHours, TellSettings, Trouble, WebhookSettings
from gateway.config.pipeline import PipelineSettings, QualityTests, RangeTest
from gateway.config.plain import PlainField, PlainMapping
from gateway.config.registry import CatalogueSettings, RegistrySettings
from gateway.config.section import ConfigError, Secret, Section, TlsSettings
from gateway.config.settings import Settings
from gateway.config.sources import Format, HttpSource, Mqtt5Source, Mqtt311Source, Source, SourceBase, StorageSettings
from gateway.config.store import InfluxSettings, StoreSettings

__all__ = [
    "AggregationSettings",
    "AreaFile",
    "AtlasNotifySettings",
    "AtlasSettings",
    "BatteryLimits",
    "BatterySettings",
    "CatalogueSettings",
    "ConfigError",
    "Drift",
    "DriftSettings",
    "FlatLine",
    "Format",
    "HttpSettings",
    "HttpSource",
    "InfluxSettings",
    "JournalSettings",
    "MailSettings",
    "MonitoringSettings",
    "Mqtt5Source",
    "Mqtt311Source",
    "NotifySettings",
    "PipelineSettings",
    "PlainField",
    "PlainMapping",
    "QualityTests",
    "QuietHours",
    "RangeTest",
    "RegistrySettings",
    "Secret",
    "Section",
    "Settings",
    "Source",
    "SourceBase",
    "StorageSettings",
    "StoreSettings",
    "TellSettings",
    "TlsSettings",
    "Trouble",
    "WebhookSettings",
    "load",
    "read_file",
]
