"""All tables together, and which source of a value wins."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from gateway.config.aggregation import AggregationSettings
from gateway.config.atlas import AtlasSettings
from gateway.config.http import HttpSettings
from gateway.config.journal import JournalSettings
from gateway.config.monitoring import MonitoringSettings
from gateway.config.pipeline import PipelineSettings
from gateway.config.registry import RegistrySettings
from gateway.config.sources import Source
from gateway.config.store import StoreSettings


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
