"""`gateway check` for figures of areas: facts that fit together, boundaries without faults, a bucket to write to."""

from __future__ import annotations

from contextlib import closing

from gateway.app.aggregates import bucket_settings, plan_source
from gateway.areas.validation import check
from gateway.config import ConfigError, Settings
from gateway.model import StoreUnavailableError
from gateway.registry.places import RegistryPlaces
from gateway.store.influx_http import WriteConnection

SHOWN = 5
"""Faults of boundaries that are named; `gateway registry areas check` names all."""


def look(settings: Settings) -> str:
    """What was found, for people; raises ConfigError, PlanError saying what is wrong."""
    source = plan_source(settings)
    try:
        places = source.places()
    finally:
        if isinstance(source, RegistryPlaces):
            source.close()
    if faults := check(places.areas):
        more = f"; … {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
        raise ConfigError("; ".join(str(fault) for fault in faults[:SHOWN]) + more)
    found = f"{len(places.sites)} sites, {len(places.areas)} areas"
    if not places.areas:
        found += " (load them: gateway registry areas load)"
    influx = bucket_settings(settings)
    if influx is None:
        return found
    with closing(WriteConnection(influx, influx.token.read() or "")) as connection:
        try:
            connection.post(b"")
        except StoreUnavailableError as error:
            raise ConfigError(f"aggregation.bucket {influx.bucket!r}: {error}") from error
    return f"{found}, bucket {influx.bucket}"
