"""Where monitoring takes a device to be: where it hangs now, and nowhere while it moves about."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.app.watched import Place
from gateway.app.watched_places import read_places
from gateway.config import Settings
from gateway.registry.model import Attribute, Device, Fact, Identifier, Installation, Site
from gateway.registry.opening import create_file
from gateway.registry.service import Registry

DAY = 86_400 * 10**9


@pytest.mark.parametrize(
    ("day", "place"),
    [
        (5, Place("", None)),
        (15, Place("roof", (51.25, 7.15))),
        (25, Place("", None, mobile=True)),
        (35, Place("green", (51.27, 7.2))),
        (45, Place("", None, watched=False)),
    ],
)
def test_a_device_is_where_it_hangs_at_that_time(tmp_path: Path, day: int, place: Place) -> None:
    settings = Settings.model_validate({"data_dir": tmp_path})
    registry = Registry(create_file(settings))
    with registry.change("m") as edit:
        edit.save_site(Site(id="A", longitude=7.15, latitude=51.25, siting="roof"))
        edit.save_site(Site(id="B", longitude=7.2, latitude=51.27, siting="green"))
        edit.save_device(Device(id="d"))
        edit.install(Installation(device="d", site="A", start=10 * DAY, stop=20 * DAY))
        edit.set_fact(Fact(device="d", attribute=Attribute.MOBILE, start=20 * DAY, stop=30 * DAY, value=1))
        edit.install(Installation(device="d", site="B", start=30 * DAY))
        edit.retire("d", 40 * DAY)
        edit.identify(Identifier(identifier="other", device="d"))
    registry.close()
    assert read_places(settings, lambda: day * DAY) == {"d": place, "other": place}
