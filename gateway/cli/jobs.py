"""`gateway jobs`: replays that were asked for, by people and by approvals, and how far they are."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from gateway.cli.options import config_option
from gateway.config import Settings


@click.command()
@config_option
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
def jobs(settings: Settings, limit: int) -> None:
    """Neuverarbeitungen, die neuesten zuerst. / Replays, the newest first."""
    from gateway.app.jobs import Jobs

    if not (settings.data_dir / "jobs.sqlite").exists():
        click.echo("keine / none")
        return
    for job in Jobs(settings.data_dir).all()[:limit]:
        asked = job.request
        what = ", ".join([
            *(f"source {name}" for name in asked.sources), *(f"device {name}" for name in asked.devices[:5]),
            *([f"… {len(asked.devices)} devices"] if len(asked.devices) > 5 else []),
            *([f"decoder {asked.decoder}"] if asked.decoder else []),
            *([f"{len(asked.offsets)} entries"] if asked.offsets else []),
            *([f"approved {_time(asked.approved_at)}"] if asked.approved_at else []),
        ])  # fmt: skip
        done = "" if job.result is None else (
            f"{job.result.entries} entries, +{job.result.observations} -{job.result.removed} observations"
        )  # fmt: skip
        span = f"[{_time(asked.start)}, {_time(asked.stop)})"
        click.echo(f"{job.id:>5}  {job.state:<8}  {span}  {what or 'all'}  {done or job.message}".rstrip())


def _time(ns: int) -> str:
    return "…" if ns <= 0 else datetime.fromtimestamp(ns // 1_000_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
