"""Reads from the registry where its devices hang now."""

from __future__ import annotations

import structlog
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from gateway.app.watched import Place
from gateway.config import Settings
from gateway.engines import READING
from gateway.registry import tables
from gateway.registry.opening import database_url, open_engine

_log = structlog.get_logger(__name__)


def read_places(settings: Settings) -> dict[str, Place] | None:
    """By every id of a device; None when the registry cannot be read now."""
    url = database_url(settings)
    if url is None:
        return {}
    engine = open_engine(url)
    try:
        return _places(engine)
    except SQLAlchemyError as error:
        _log.warning("places of devices cannot be read", detail=type(error.__cause__ or error).__name__)
        return None
    finally:
        engine.dispose()


def _places(engine: Engine) -> dict[str, Place]:
    d, i, s, n = tables.device.c, tables.installation.c, tables.site.c, tables.identifier.c
    places: dict[str, Place] = {}
    with engine.connect().execution_options(**{READING: True}) as connection:
        devices = connection.execute(select(d.id, d.mobile, d.retired_at)).all()
        hung = select(i.device, s.siting, s.latitude, s.longitude).join_from(
            tables.installation, tables.site, i.site == s.id
        )
        sites = {
            device: (siting, (latitude, longitude) if latitude is not None and longitude is not None else None)
            for device, siting, latitude, longitude in connection.execute(hung.where(i.stop.is_(None)))
        }
        for device, mobile, retired_at in devices:
            siting, position = sites.get(device, ("", None))
            places[device] = Place(siting, position, mobile, retired_at is None)
        for identifier, device in connection.execute(select(n.identifier, n.device)):
            if device in places:
                places[identifier] = places[device]
    return places
