"""How things stand, for the command line and the API: plain values, without secrets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from gateway.model import SECOND_NS
from gateway.monitoring import wording
from gateway.monitoring.model import STATES, UNREGISTERED, Finding, Target
from gateway.monitoring.storage import MonitoringStore


def utc(ns: int) -> str:
    """ISO 8601 to the second, with Z."""
    return datetime.fromtimestamp(ns // SECOND_NS, UTC).isoformat().replace("+00:00", "Z")


def fault(finding: Finding, zone: ZoneInfo) -> dict[str, Any]:
    """One fault; `value` and `limit` in the unit of its kind, see `model.Finding`."""
    key = finding.key
    return {
        "condition": key.condition.value,
        "subject": key.subject,
        "since": utc(finding.since),
        "value": finding.value,
        "limit": finding.limit,
        "text_de": wording.explained(finding, zone, german=True),
        "text_en": wording.explained(finding, zone, german=False),
    }


class NeverRunError(Exception):
    """Monitoring has not run on this data folder yet."""


def plain(report: Mapping[str, Any]) -> dict[str, Any]:
    """A report for programs: without the members in ns that tables are made from."""
    devices = [{k: v for k, v in device.items() if not k.endswith("_ns")} for device in report["devices"]]
    return {**{k: v for k, v in report.items() if not k.endswith("_ns")}, "devices": devices}


def report(kept: MonitoringStore, targets: Mapping[str, Target], unregistered: int, zone: ZoneInfo) -> dict[str, Any]:
    """Every watched device, the worst first, as the last round left it.

    Args:
        kept: what monitoring remembers.
        targets: names and last messages; devices it lacks are no longer watched, and left out.
        unregistered: heard devices that are not watched.
        zone: of times in texts.

    Raises:
        NeverRunError: there is nothing yet. sqlite3.Error: it cannot be read now.
    """
    if not kept.path.exists():
        raise NeverRunError(f"{kept.path} is not there")
    states, held, meta = kept.devices(), kept.faults(), kept.meta()
    by_device: dict[str, list[Finding]] = {}
    for finding in sorted(held.values(), key=lambda finding: wording.RANK[finding.key.condition]):
        by_device.setdefault(finding.key.device, []).append(finding)
    order = {state: rank for rank, state in enumerate(STATES)}
    rows = sorted(
        (state for device, state in states.items() if device in targets),
        key=lambda state: (order.get(state.state, 0), state.device),
    )
    counts = Counter(state.state for state in rows)
    at = meta.get("round")
    return {
        "round": None if at is None else utc(at),
        "round_ns": at,
        "counts": {state: counts[state] for state in STATES if counts[state]} | {UNREGISTERED: unregistered},
        "sources": [fault(finding, zone) for finding in by_device.get("", [])],
        "devices": [
            {
                "device": state.device,
                "name": targets[state.device].name,
                "source": targets[state.device].source,
                "state": state.state,
                "since": utc(state.since),
                "since_ns": state.since,
                "last_seen": None if (seen := targets[state.device].last_seen) is None else utc(seen),
                "last_seen_ns": seen,
                "expected_interval": targets[state.device].interval,
                "faults": [fault(finding, zone) for finding in by_device.get(state.device, [])],
            }
            for state in rows
        ],
    }
