"""The register-based atlas: `[atlas]`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from gateway.config.notify import TellSettings
from gateway.config.section import Secret, Section

AtlasNotice = Literal["due", "late", "computed"]


class AtlasNotifySettings(TellSettings):
    """Who is told of deliveries and editions, each notice once.

    Attributes:
        notices: due: a delivery will be due soon; late: it is overdue; computed: an edition waits for its check.
    """

    name: str = "Sozialdatenatlas"
    notices: tuple[AtlasNotice, ...] = ("due", "late", "computed")


class AtlasSettings(Section):
    """The register-based atlas: its database (SQLite in `data_dir` unless a URL is given), inbox and people."""

    enabled: bool = False
    url: Secret = Secret()
    inbox: Path | None = None
    people: Path | None = None
    notify: AtlasNotifySettings = AtlasNotifySettings()
