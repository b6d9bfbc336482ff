"""What the registry does in whatever database: called by the SQLite and the PostgreSQL tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import shapely

from gateway.aggregation.plan import make_plan
from gateway.areas.model import Area, Problem
from gateway.registry.boundaries import BoundariesError
from gateway.registry.errors import RegistryError
from gateway.registry.model import AreaVersion, Attribute, Device, Fact, Identifier, Installation, Owner, Site, Tenant
from gateway.registry.service import Registry

HOUR = 3_600_000_000_000
DAY = 24 * HOUR


def windows(registry: Registry) -> list[tuple[str, str, int, int | None]]:
    """(device, site, first day, last day) of what is to be computed again; then it is settled."""
    found = registry.dirty()
    if found:
        registry.settle(found[-1].id)
    return [(d.window.device, d.window.site, d.window.start, d.window.stop) for d in found]


def fill(registry: Registry) -> None:
    with registry.change("maker") as edit:
        edit.save_tenant(Tenant(id="stadt", name="Stadt Wuppertal"))
        edit.save_owner(Owner(id="umwelt", tenant="stadt", name="Umweltamt"))
        edit.save_site(Site(id="A", longitude=7.15, latitude=51.25, height=150.0, owner="umwelt"))
        edit.save_site(Site(id="B", longitude=7.25, latitude=51.25, private=True))
        edit.save_device(Device(id="d", decoder="dragino-lht65n", owner="umwelt"))
        edit.install(Installation(device="d", site="A", start=10 * DAY))
    windows(registry)


def moving_marks_both_sites_from_that_moment(registry: Registry) -> None:
    fill(registry)
    with registry.change("m") as edit:
        edit.move("d", "B", 20 * DAY)
    assert windows(registry) == [("d", "A", 20 * DAY, None), ("d", "B", 20 * DAY, None)]
    with registry.change("m") as edit:  # the move was a day earlier
        edit.correct(
            Installation(device="d", site="A", start=10 * DAY, stop=20 * DAY),
            Installation(device="d", site="A", start=10 * DAY, stop=19 * DAY),
        )
        edit.correct(
            Installation(device="d", site="B", start=20 * DAY), Installation(device="d", site="B", start=19 * DAY)
        )
    assert windows(registry) == [("d", "A", 19 * DAY, 20 * DAY), ("d", "B", 19 * DAY, 20 * DAY)]
    assert registry.installations_frame().select("site", "start", "stop").rows() == [
        ("A", 10 * DAY, 19 * DAY), ("B", 19 * DAY, None),
    ]  # fmt: skip


def a_fact_marks_where_it_differs_while_the_device_hangs(registry: Registry) -> None:
    fill(registry)
    with registry.change("m") as edit:
        assert edit.set_fact(Fact(device="d", attribute=Attribute.EXPECTED, value=600.0))
    assert windows(registry) == [("d", "", 10 * DAY, None)]
    with registry.change("m") as edit:
        edit.set_fact(Fact(device="d", attribute=Attribute.EXPECTED, value=900.0, start=5 * DAY, stop=12 * DAY))
    assert windows(registry) == [("d", "", 10 * DAY, 12 * DAY)]
    with registry.change("m") as edit:  # the same again, and more: only what differs
        edit.set_fact(Fact(device="d", attribute=Attribute.EXPECTED, value=900.0, start=11 * DAY, stop=13 * DAY))
    assert windows(registry) == [("d", "", 12 * DAY, 13 * DAY)]
    assert registry.intervals_frame().select("start", "stop", "expected").rows() == [
        (0, 5 * DAY, 600 * 10**9), (5 * DAY, 13 * DAY, 900 * 10**9), (13 * DAY, None, 600 * 10**9),
    ]  # fmt: skip


def a_calibration_at_a_site_ends_with_the_installation(registry: Registry) -> None:
    fill(registry)
    with registry.change("m") as edit:
        edit.calibrate("d", "pm2_5", factor=0.9)
        edit.calibrate("d", "pm2_5", factor=1.1, shift=-2.0, site="A", start=12 * DAY)
        edit.move("d", "B", 20 * DAY)
    found = registry.facts_frame().drop_nulls("factor").sort("start").select("start", "stop", "factor").rows()
    assert found == [(0, 12 * DAY, 0.9), (12 * DAY, 20 * DAY, 1.1), (20 * DAY, None, 0.9)]


def a_device_is_at_one_site_at_a_time(registry: Registry) -> None:
    fill(registry)
    with (
        pytest.raises(RegistryError, match=r"zwei Standorten zugleich.*at two sites at once"),
        registry.change("m") as edit,
    ):
        edit.install(Installation(device="d", site="B", start=15 * DAY, stop=16 * DAY))
    with pytest.raises(RegistryError, match=r"endet, bevor sie beginnt.*upside down"), registry.change("m") as edit:
        edit.correct(
            Installation(device="d", site="A", start=10 * DAY),
            Installation(device="d", site="A", start=10 * DAY, stop=9 * DAY),
        )
    assert windows(registry) == []
    assert registry.installations_frame().height == 1
    with registry.change("m") as edit:  # another channel of it may be elsewhere, half-open intervals may touch
        edit.install(Installation(device="d", channel="probe", site="B", start=15 * DAY))
        edit.install(Installation(device="d", site="B", start=3 * DAY, stop=10 * DAY))


def nothing_of_a_failed_change_stays(registry: Registry) -> None:
    fill(registry)
    version, lines = registry.version(), len(registry.audit())
    with pytest.raises(RegistryError), registry.change("m") as edit:
        edit.save_site(Site(id="C"))
        edit.move("d", "nowhere", 20 * DAY)
    with registry.change("m") as edit:
        edit.save_site(Site(id="C"))
        edit.dry_run()
    with registry.change("m") as edit:  # nothing differs: no new version, nothing to note
        edit.save_site(Site(id="B", longitude=7.25, latitude=51.25, private=True))
    assert (registry.version(), len(registry.audit())) == (version, lines)
    assert [site.id for site in registry.entries(Site)] == ["A", "B"]


def every_change_is_in_the_audit_log(registry: Registry) -> None:
    fill(registry)
    with registry.change("m.muster", "Umzug der Schule") as edit:
        edit.move("d", "B", 20 * DAY)
    new, old = registry.audit(kind="installation", limit=2)
    assert (new.action, new.after, new.before) == (
        "add",
        {"device": "d", "channel": "*", "start": 20 * DAY, "stop": None, "site": "B", "special": False},
        None,
    )
    assert (old.action, old.who, old.reason) == ("change", "m.muster", "Umzug der Schule")
    assert old.before is not None
    assert old.after is not None
    assert (old.before["stop"], old.after["stop"]) == (None, 20 * DAY)
    assert {line.kind for line in registry.audit(key="d")} == {"device", "installation"}


def a_corrected_site_marks_when_something_hung_there(registry: Registry) -> None:
    fill(registry)
    with registry.change("m") as edit:
        edit.save_site(Site(id="A", longitude=7.15, latitude=51.25, height=151.0, owner="umwelt"))
        edit.save_site(Site(id="B", longitude=7.25, latitude=51.25))
    assert windows(registry) == [("", "A", 10 * DAY, None)]  # nothing ever hung at B
    with registry.change("m") as edit:
        edit.save_site(Site(id="A", longitude=7.15, latitude=51.25, height=151.0, owner="umwelt", note="Mast 4"))
    assert windows(registry) == []


def quartiere(split: date | None = None) -> list[Area]:
    """West of 7.2 degrees "quartier:1", east "quartier:2"; from `split` on "quartier:3" in place of 1."""

    def area(number: str, west: float, east: float, start: date | None = None, stop: date | None = None) -> Area:
        shape = shapely.box(west, 51, east, 52)
        return Area(id=f"quartier:{number}", level="quartier", number=number, name=number, geometry=shape,
                    parent="stadt:0", start=start, stop=stop)  # fmt: skip

    town = Area(id="stadt:0", level="stadt", number="0", name="Stadt", geometry=shapely.box(7, 51, 7.1, 52))
    new = [area("3", 7, 7.2, start=split)] if split else []
    return [area("1", 7, 7.2, stop=split), area("2", 7.2, 8), *new, town]


def boundaries_mark_the_sites_that_change_area(registry: Registry) -> None:
    fill(registry)
    with registry.change("m") as edit:
        edit.load_areas(quartiere(), accept=[Problem.OUTSIDE])
    assert windows(registry) == [("", "A", 10 * DAY, None)]  # B lies in an area too, but nothing hung there
    # The town's polygon is too small; sites belong to it by their Quartier's parent.
    assert set(registry.areas_frame().select("site", "area").rows()) == {
        ("A", "quartier:1"), ("A", "stadt:0"), ("B", "quartier:2"), ("B", "stadt:0"),
    }  # fmt: skip
    split = date(1970, 2, 1)
    with registry.change("m") as edit:
        edit.load_areas(quartiere(split), accept=[Problem.OUTSIDE])
    start = 31 * DAY - HOUR  # 1 February 1970 begins at 23:00 UTC
    assert windows(registry) == [("", "A", start, None)]
    assert ("A", "quartier:1", 0, start) in registry.areas_frame().select("site", "area", "start", "stop").rows()
    with registry.change("m") as edit:  # a site on the wrong side of the street
        edit.save_site(Site(id="A", longitude=7.21, latitude=51.25, height=150.0, owner="umwelt"))
    assert windows(registry) == [("", "A", 10 * DAY, None)]
    with registry.change("m") as edit:  # moved within its Quartier
        edit.save_site(Site(id="A", longitude=7.22, latitude=51.25, height=150.0, owner="umwelt"))
    assert windows(registry) == []


def an_edition_of_boundaries_begins_on_its_day(registry: Registry) -> None:
    fill(registry)
    old, _, town = quartiere()
    east = Area(id="quartier:2", level="quartier", number="2", name="Ost", parent="stadt:0",
                geometry=shapely.box(7.2, 51, 8, 52))  # fmt: skip
    whole = replace(town, geometry=shapely.box(7, 51, 8, 52))
    with registry.change("m") as edit:
        edit.load_areas([old, east, whole])
    windows(registry)
    day = date(1970, 2, 1)
    edition = [replace(old, geometry=shapely.box(7, 51, 7.1, 52)), replace(east, geometry=shapely.box(7.1, 51, 8, 52))]
    with registry.change("m", "Ratsbeschluss") as edit:
        edit.load_areas(edition, edition=day)
    assert windows(registry) == [("", "A", 31 * DAY - HOUR, None)]  # A lies in the east from then on
    assert [(v.id, v.start, v.stop) for v in registry.entries(AreaVersion)] == [
        ("quartier:1", "", "1970-02-01"), ("quartier:1", "1970-02-01", ""), ("quartier:2", "", "1970-02-01"),
        ("quartier:2", "1970-02-01", ""), ("stadt:0", "", ""),
    ]  # fmt: skip
    with registry.change("m") as edit:  # the same again
        edit.load_areas(edition, edition=day)
    assert windows(registry) == []
    with pytest.raises(BoundariesError, match=r"überlappen sich um \d+ m²"), registry.change("m") as edit:
        edit.load_areas([old, edition[1]], edition=date(1970, 3, 1))
    higher = [edition[0], replace(edition[1], geometry=shapely.box(7.1, 51, 8, 52.1))]
    with pytest.raises(BoundariesError, match="outside_parent: quartier:2"), registry.change("m") as edit:
        edit.load_areas(higher, edition=date(1970, 3, 1))
    with registry.change("m") as edit:
        loaded = edit.load_areas(higher, edition=date(1970, 3, 1), repair=True)
    assert [each.area for each in loaded.mended] == ["stadt:0"]  # its outline follows from that day on, not before
    assert [(v.start, v.stop) for v in registry.entries(AreaVersion) if v.id == "stadt:0"] == [
        ("", "1970-03-01"), ("1970-03-01", ""),
    ]  # fmt: skip


def a_device_that_moves_about_hangs_nowhere(registry: Registry) -> None:
    fill(registry)
    mobile = Fact(device="d", attribute=Attribute.MOBILE, start=20 * DAY, value=1)
    with pytest.raises(RegistryError, match="it cannot be mobile then"), registry.change("m") as edit:
        edit.set_fact(mobile)
    with registry.change("m") as edit:
        edit.end("d", 20 * DAY)
        edit.set_fact(mobile)
    with pytest.raises(RegistryError, match="it has no site then"), registry.change("m") as edit:
        edit.install(Installation(device="d", site="B", start=30 * DAY))
    with registry.change("m") as edit:
        edit.set_fact(replace(mobile, start=30 * DAY), clear=True)
        edit.install(Installation(device="d", site="B", start=30 * DAY))
    assert registry.facts_frame().height == 0  # the aggregation has nothing of it but where the device hangs


def the_frames_make_a_plan(registry: Registry) -> None:
    import polars as pl

    from gateway.aggregation.plan import SERIES

    fill(registry)
    with registry.change("m") as edit:
        edit.load_areas(quartiere(), accept=[Problem.OUTSIDE])
        edit.identify(Identifier(identifier="mqtt-7", device="d", network="mqtt"))
        edit.set_fact(Fact(device="d", attribute=Attribute.EXPECTED, value=1200.0))
        edit.set_fact(Fact(device="d", attribute=Attribute.SENSOR_CLASS, value=2.0))
        edit.set_fact(Fact(device="d", attribute=Attribute.MODULUS, quantity="energy", value=1000.0))
        edit.set_fact(Fact(device="d", attribute=Attribute.STAMPS_START, value=1.0, start=11 * DAY))
        edit.move("d", "B", 20 * DAY)
    series = pl.DataFrame(
        [(0, "d", "", "energy"), (1, "mqtt-7", "", "pm2_5"), (2, "stranger", "", "pm2_5")], schema=SERIES, orient="row"
    )
    plan = make_plan(
        series, registry.installations_frame(), sites=registry.sites_frame(), facts=registry.facts_frame(),
        areas=registry.areas_frame(),
    )  # fmt: skip
    assert plan.parts["device"].to_list() == ["d", "d", "mqtt-7", "mqtt-7"]
    assert set(plan.parts["sensor_class"]) == {2}
    assert set(plan.stretches["expected"]) == {1200 * 10**9}
    assert plan.stretches.filter(pl.col("series") == 0)["modulus"].to_list() == [1000.0] * 3
    assert sorted(plan.stretches["stamps_start"]) == [False, False, True, True, True, True]
    assert set(plan.points.filter(pl.col("private"))["site"]) == {"B"}
    assert set(plan.memberships["area"]) == {"quartier:1", "quartier:2", "stadt:0"}


def a_source_keeps_what_was_said_of_it(registry: Registry) -> None:
    from gateway.registry.model import Source, publishable

    air = Source(id="air", title="Luft", purpose="Luft", legal_basis="§ 3", controller="Umweltamt",
                 publication=(("*", "quartier"), ("pm2_5", "site")), keywords=("Luft",), themes=("ENVI", "HEAL"))  # fmt: skip
    with registry.change("petra") as edit:
        edit.propose(air)
    with registry.change("andrea") as edit:
        edit.approve("air")
    found = registry.source("air")
    assert found is not None
    assert publishable(found)
    assert (found.publication, found.themes, found.approved_by) == (air.publication, air.themes, "andrea")
    assert [line.who for line in registry.audit(kind="source")] == ["andrea", "petra"]


def tables_go_out_and_come_back(registry: Registry) -> None:
    from gateway.registry.exporting import to_csv, to_xlsx
    from gateway.registry.importing import import_table, import_workbook
    from gateway.registry.taking import Outcome

    sites = "Standort;Breitengrad;Längengrad\n" + "".join(f"s{n};51,{n:03};7,{n:03}\n" for n in range(50))
    devices = "Gerät;Decoder;Intervall;Standort;Von\n" + "".join(
        f"{n:016x};dragino-lht65n;600;s{n % 50};01.03.2026\n" for n in range(500)
    )
    for table in (sites, devices):
        found = import_table(registry, table.encode(), "x.csv", who="m")
        assert {row.outcome for row in found.rows} == {Outcome.ADDED}
    assert registry.installations_frame().height == 500
    windows(registry)
    for result in (
        import_table(registry, to_csv(registry, "devices"), "x.csv", who="m"),
        *import_workbook(registry, to_xlsx(registry), "x.xlsx", who="m"),
    ):
        assert {row.outcome for row in result.rows} == {Outcome.UNCHANGED}
        assert not result.written
    assert windows(registry) == []


def what_the_pipeline_knows_follows(registry: Registry) -> None:
    from gateway.config import load
    from gateway.registry.lookup import Known

    fill(registry)
    now = [0.0]
    url = registry.engine.url.render_as_string(hide_password=False)
    known = Known(load(registry={"url": url}), lambda: now[0])
    assert known["d"].decoder == "dragino-lht65n"
    with registry.change("m") as edit:
        edit.save_device(Device(id="e"))
        edit.identify(Identifier(identifier="e2", device="e"))
    assert not known.refresh()
    now[0] = 5.0
    assert known.refresh()
    assert set(known) == {"d", "e", "e2"}
    known.close()


ALL = [
    moving_marks_both_sites_from_that_moment,
    a_fact_marks_where_it_differs_while_the_device_hangs,
    a_calibration_at_a_site_ends_with_the_installation,
    a_device_is_at_one_site_at_a_time,
    nothing_of_a_failed_change_stays,
    every_change_is_in_the_audit_log,
    a_corrected_site_marks_when_something_hung_there,
    boundaries_mark_the_sites_that_change_area,
    an_edition_of_boundaries_begins_on_its_day,
    a_device_that_moves_about_hangs_nowhere,
    the_frames_make_a_plan,
    a_source_keeps_what_was_said_of_it,
    tables_go_out_and_come_back,
    what_the_pipeline_knows_follows,
]
