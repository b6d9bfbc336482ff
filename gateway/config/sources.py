"""Where messages come from: `[sources.NAME]`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from gateway.config.plain import PlainMapping
from gateway.config.section import Secret, Section, TlsSettings

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
