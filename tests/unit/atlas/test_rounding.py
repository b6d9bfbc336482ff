"""C8: a dataset may ask for counts as multiples of five; everything public is then made of those."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from pathlib import Path

from gateway.atlas.opening import open_registers
from tests.unit.atlas.client import Client
from tests.unit.atlas.support import released

DAY = date(2023, 12, 31)


def test_rounded_counts_stand_in_every_answer(tmp_path: Path, demo):
    shipped = (files("gateway.atlas") / "datasets" / "ba-sgb2.toml").read_text(encoding="utf-8")
    (tmp_path / "datasets").mkdir()
    rounded = shipped.replace("min_cell = 10\n", "min_cell = 10\nround_to = 5\n", 1)
    (tmp_path / "datasets" / "ba-sgb2.toml").write_text(rounded, encoding="utf-8")
    registers = open_registers(None, tmp_path)
    try:
        released(registers, demo, 2023)
        client = Client(registers)
        rows = client.get(f"/v1/registers/sozialdatenatlas/{DAY}/values?variable=sgb2").json()["data"]
        shown = [row["value"] for row in rows if row["value"] is not None]
        assert len(shown) > 100
        assert all(value % 5 == 0 for value in shown)
        exact = registers.values("ba-sgb2", DAY) or {}
        off = [r for r in rows if r["value"] is not None and (r["area"], "sgb2", r["group"]) in exact
               and r["value"] != exact[r["area"], "sgb2", r["group"]]]  # fmt: skip
        assert off
        for row in client.get(f"/v1/joint?register=ba-sgb2:sgb2@{DAY}").json()["data"]:
            value = row[f"ba-sgb2:sgb2@{DAY}"]
            assert value is None or value % 5 == 0
        steps = client.get(f"/v1/registers/sozialdatenatlas/{DAY}/explain?area=62").json()["steps"]
        assert int(next(step["value"] for step in steps if step["what"] == "sgb2")) % 5 == 0
    finally:
        registers.engine.dispose()
