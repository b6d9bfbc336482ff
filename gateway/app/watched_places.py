"""Reads from the registry where its devices hang now."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from sqlalchemy import Column, ColumnElement, Engine, or_, select
from sqlalchemy.exc import SQLAlchemyError

from gateway.app.watched import Place
from gateway.config import Settings
from gateway.engines import READING, cause_of
from gateway.registry import tables
from gateway.registry.model import Attribute
from gateway.registry.opening import database_url, open_engine

_log = structlog.get_logger(__name__)


def read_places(settings: Settings, clock: Callable[[], int] = time.time_ns) -> dict[str, Place] | None:
    """By every id of a device, at the moment of `clock` (ns); None when the registry cannot be read now."""
    url = database_url(settings)
    if url is None:
        return {}
    engine = open_engine(url)
    try:
        return _places(engine, clock())
    except SQLAlchemyError as error:
        _log.warning("places of devices cannot be read", detail=cause_of(error))
        return None
    finally:
        engine.dispose()


def _places(engine: Engine, now: int) -> dict[str, Place]:
    d, i, s, n = tables.device.c, tables.installation.c, tables.site.c, tables.identifier.c
    places: dict[str, Place] = {}
    with engine.connect().execution_options(**{READING: True}) as connection:
        devices = connection.execute(select(d.id, d.mobile, d.retired_at)).all()
        hung = select(i.device, s.siting, s.latitude, s.longitude).join_from(
            tables.installation, tables.site, i.site == s.id
        )
        f = tables.fact.c
        moving = set(
            connection.execute(
                select(f.device).where(f.attribute == Attribute.MOBILE, f.value > 0, *_holds(f.start, f.stop, now))
            ).scalars()
        )
        sites = {
            device: (siting, (latitude, longitude) if latitude is not None and longitude is not None else None)
            for device, siting, latitude, longitude in connection.execute(hung.where(*_holds(i.start, i.stop, now)))
        }
        for device, mobile, retired_at in devices:
            siting, position = sites.get(device, ("", None))
            places[device] = Place(siting, position, mobile or device in moving, retired_at is None or retired_at > now)
        for identifier, device in connection.execute(select(n.identifier, n.device)):
            if device in places:
                places[identifier] = places[device]
    return places


def _holds(start: Column[int], stop: Column[int], now: int) -> tuple[ColumnElement[bool], ...]:
    return start <= now, or_(stop.is_(None), stop > now)
