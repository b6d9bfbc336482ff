"""The durable journal: `[journal]`."""

from __future__ import annotations

from pydantic import Field

from gateway.config.section import Section


class JournalSettings(Section):
    """The durable journal. Retention never removes what a consumer still needs."""

    max_batch: int = Field(5000, ge=1)
    max_batch_bytes: int = Field(16 << 20, ge=1)
    max_pending_bytes: int = Field(64 << 20, ge=1)
    delay: float = Field(0, ge=0, le=1)
    retention_days: float | None = Field(400, gt=0)
    retention_bytes: int | None = Field(None, ge=1)
    retry_after: float = Field(2, gt=0)
