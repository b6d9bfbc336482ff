"""Who is told of faults: `[monitoring.notify]`."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from gateway.config.section import Secret, Section


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
    "source_silent", "counter_backwards",
]  # fmt: skip


class TellSettings(Section):
    """Who is told, and when. Without webhook and mail nobody.

    Attributes:
        name: of this installation, in subject lines.
        digest: seconds at least between two messages of a channel; each lists everything since the one before.
        quiet: no messages then; what happens meanwhile stands in the first one after.
        zone: of quiet hours and of times in messages.
    """

    name: str = Field("Quartier-Gateway", max_length=100, pattern=r"^[^\r\n]+$")
    digest: float = Field(900, ge=0)
    quiet: QuietHours | None = None
    zone: ZoneInfo = ZoneInfo("Europe/Berlin")
    webhook: WebhookSettings | None = None
    mail: MailSettings | None = None


class NotifySettings(TellSettings):
    """Who is told of faults and of their end.

    Attributes:
        troubles: what is told.
        urgent: told in quiet hours as well.
    """

    troubles: tuple[Trouble, ...] = (
        "silent", "never_heard", "low_battery", "flat_line", "drift", "clock_fault", "decode_failure", "restarts",
        "source_silent", "counter_backwards",
    )  # fmt: skip
    urgent: tuple[Trouble, ...] = ()
