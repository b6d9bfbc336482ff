"""`gateway check` says of registry and figures what a person has to repair."""

from __future__ import annotations

from pathlib import Path

import shapely

from gateway.app.check import findings
from gateway.areas.model import Area
from gateway.config import Settings
from gateway.registry.model import Source
from gateway.registry.opening import create_file
from gateway.registry.service import Registry


async def found(settings: Settings, what: str) -> tuple[bool, str]:
    async for finding in findings(settings):
        if finding.what == what:
            return finding.ok, finding.detail
    raise AssertionError(what)


def settings(folder: Path, **more: object) -> Settings:
    return Settings.model_validate({"data_dir": folder, **more})


async def test_areas_that_overlap_are_named(tmp_path: Path) -> None:
    asked = settings(tmp_path, aggregation={"enabled": True})
    assert await found(asked, "aggregation") == (True, "0 sites, 0 areas (load them: gateway registry areas load)")
    registry = Registry(create_file(asked))
    areas = [
        Area(id=f"q:{n}", level="q", number=str(n), name=f"Q{n}", geometry=shapely.box(7 + n / 2, 51, 8 + n / 2, 52))
        for n in range(2)
    ]
    with registry.change("m") as edit:
        edit.load_areas(areas, accept=["overlap"])
    registry.close()
    ok, detail = await found(asked, "aggregation")
    assert not ok
    assert "q:0 Q0, q:1 Q1: überlappen sich um" in detail


async def test_a_gate_that_lets_nothing_pass_is_said(tmp_path: Path) -> None:
    asked = settings(tmp_path, registry={"gate": True})
    ok, detail = await found(asked, "registry")
    assert not ok
    assert "nothing would be stored" in detail
    registry = Registry(create_file(asked))
    with registry.change("petra") as edit:
        edit.propose(Source(id="air", title="Luft", purpose="P", legal_basis="L", controller="U"))
    with registry.change("andrea") as edit:
        edit.approve("air")
    registry.close()
    assert await found(asked, "registry") == (True, "0 devices, 1 of 1 sources approved")


async def test_an_unreachable_registry_is_said_without_its_password(tmp_path: Path) -> None:
    ok, detail = await found(settings(tmp_path, registry={"url": "postgresql://u:geheim@/x?host=/nowhere"}), "registry")
    assert not ok
    assert "geheim" not in detail
