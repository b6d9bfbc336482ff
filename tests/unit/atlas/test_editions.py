"""From the arrival of files to a released edition, with what is missing, what changed and who did it."""

from __future__ import annotations

import json
import time
from datetime import date

import pytest

from gateway.atlas.errors import AtlasError, AuditFailedError, NotAllowedError, RefusedError
from gateway.atlas.people import Person
from gateway.atlas.registers import Registers
from tests.unit.atlas.support import CHECKER, RELEASER, SENDER, changed_csv, deliver, released

DAY = date(2023, 12, 31)


def test_an_edition_waits_and_says_what_is_missing_since_when(registers: Registers, demo):
    outcome = deliver(registers, demo["melderegister", 2023])
    assert outcome.computed == ()
    status = next(
        s for s in registers.status(date(2024, 8, 1)) if s.stichtag == DAY and s.product == "sozialdatenatlas"
    )
    assert (status.state, status.revision) == ("waiting", None)
    assert [(m.dataset, m.due, m.days_late) for m in status.missing] == [("ba-sgb2", date(2024, 6, 30), 32)]
    assert "ba-sgb2" in status.said()
    assert "2024-06-30" in status.said()
    with pytest.raises(AtlasError, match=r"(?s)ba-sgb2.*32 days late"):
        registers.compute("sozialdatenatlas", DAY)
    early = next(s for s in registers.status(date(2024, 5, 1)) if s.product == "sozialdatenatlas")
    assert early.missing[0].days_late == 0


def test_the_last_delivery_computes_the_edition_without_anyones_action(registers: Registers, demo):
    deliver(registers, demo["melderegister", 2023])
    start = time.perf_counter()
    outcome = deliver(registers, demo["ba-sgb2", 2023])
    assert time.perf_counter() - start < 2
    assert [(product, day) for product, day, _ in outcome.computed] == [("sozialdatenatlas", DAY)]
    edition = registers.find("sozialdatenatlas", DAY)
    assert (edition["state"], edition["revision"]) == ("provisional", 1)
    assert set(edition["results"]) == {"all", "u18"}
    with pytest.raises(AtlasError):
        registers.find("sozialdatenatlas", DAY, public=True)
    assert [n["kind"] for n in registers.notices()] == ["computed"]


def test_the_second_dataset_goes_the_same_way_without_code(registers: Registers, demo):
    outcome = deliver(registers, demo["bewohnerparken", 2023])
    assert [product for product, _, _ in outcome.computed] == ["bewohnerparken"]
    areas = registers.find("bewohnerparken", DAY)["results"]["all"]["areas"]
    classes = [row["class"] for row in areas.values() if row["class"]]
    assert set(classes) == {"1", "2", "3", "4", "5"}
    assert any(row["excluded"] == "spaces < 100" for row in areas.values())


def test_release_needs_roles_four_eyes_and_the_right_order(registers: Registers, demo):
    for dataset in ("melderegister", "ba-sgb2"):
        deliver(registers, demo[dataset, 2023])
    identity = registers.find("sozialdatenatlas", DAY)["id"]
    both = Person("Alleskönner", frozenset({"deliver", "check", "release"}))
    with pytest.raises(AtlasError, match="provisional"):
        registers.release(identity, RELEASER)
    with pytest.raises(NotAllowedError):
        registers.check(identity, SENDER)
    registers.check(identity, both)
    with pytest.raises(NotAllowedError):
        registers.release(identity, CHECKER)
    with pytest.raises(AtlasError, match="checked cannot release"):
        registers.release(identity, both)
    registers.release(identity, RELEASER)
    edition = registers.find("sozialdatenatlas", DAY, public=True)
    assert (edition["checked_by"], edition["released_by"]) == ("Alleskönner", "Leitung")
    assert [entry["action"] for entry in registers.log()] == ["accept", "accept", "compute", "checked", "release"]
    registers.withdraw(identity, RELEASER, "Fehler in der Lieferung")
    with pytest.raises(AtlasError):
        registers.find("sozialdatenatlas", DAY, public=True)
    assert registers.log()[-1]["detail"] == {"reason": "Fehler in der Lieferung"}


def test_a_changed_delivery_makes_a_new_revision_with_the_changed_classes(registers: Registers, demo):
    first = released(registers, demo, 2023)
    sample = demo["ba-sgb2", 2023]
    before = registers.find("sozialdatenatlas", DAY)["results"]["all"]["areas"]["62"]
    assert before["class"] == "1"
    lines = [line.split(";") for line in sample.content.decode("cp1252").split("\r\n")]
    row = {cells[0]: cells for cells in lines}
    more = 2000
    corrected = sample
    for area in ("62", "bezirk-6", "Wuppertal"):
        value = int(row[area][2].replace(" ", "")) + more
        corrected = changed_csv(corrected, area, 2, str(value))
    with pytest.raises(AtlasError, match="--replace"):
        deliver(registers, corrected)
    with pytest.raises(AtlasError, match="the same file"):
        deliver(registers, sample, replace="noch einmal")
    deliver(registers, corrected, replace="Quartier 62 war unvollständig")
    edition = registers.find("sozialdatenatlas", DAY)
    assert (edition["revision"], edition["state"]) == (2, "provisional")
    moved = edition["changes"]["revision"]["all"]
    assert moved["62"][0] == "1"
    assert moved["62"][1] in {"3", "4"}
    assert registers.find("sozialdatenatlas", DAY, public=True)["id"] == first
    registers.check(edition["id"], CHECKER)
    registers.release(edition["id"], RELEASER)
    assert registers.edition(first)["state"] == "superseded"
    states = [(d.file_name, d.state) for d in registers.deliveries("ba-sgb2")]
    assert states == [(sample.name, "replaced"), ("korrektur.csv", "accepted")]


def test_a_withdrawn_delivery_makes_the_edition_incomplete_again(registers: Registers, demo):
    deliver(registers, demo["melderegister", 2023])
    identity = deliver(registers, demo["ba-sgb2", 2023]).delivery.id
    registers.withdraw_delivery(identity, SENDER, "falsches Jahr")
    status = next(s for s in registers.status(date(2024, 8, 1)) if s.product == "sozialdatenatlas")
    assert [m.dataset for m in status.missing] == ["ba-sgb2"]
    assert status.warnings
    edition = registers.find("sozialdatenatlas", DAY)
    registers.check(edition["id"], CHECKER)
    with pytest.raises(AtlasError, match="deliveries have changed"):
        registers.release(edition["id"], RELEASER)
    deliver(registers, demo["ba-sgb2", 2023])
    assert registers.find("sozialdatenatlas", DAY)["revision"] == 2


def test_a_refused_file_leaves_no_trace_but_the_log(registers: Registers, demo):
    broken = changed_csv(demo["ba-sgb2", 2023], "62", 2, "7")
    with pytest.raises(RefusedError):
        deliver(registers, broken)
    assert registers.deliveries() == []
    entry = registers.log()[-1]
    assert entry["action"] == "refuse"
    assert "row " in entry["detail"]["problem"]


def test_moves_against_the_previous_edition_warn_of_a_series_break(registers: Registers, demo):
    for year in (2022, 2023):
        for dataset in ("melderegister", "ba-sgb2"):
            deliver(registers, demo[dataset, year])
    edition = registers.find("sozialdatenatlas", DAY)
    assert edition["changes"]["previous"]["stichtag"] == "2022-12-31"
    assert any("2023" in warning for warning in edition["warnings"])


def test_the_dynamic_index_compares_with_two_years_before(registers: Registers, demo):
    for year in (2021, 2023):
        for dataset in ("melderegister", "ba-sgb2"):
            deliver(registers, demo[dataset, year])
    assert "dynamic" not in registers.find("sozialdatenatlas", date(2021, 12, 31))["results"]["all"]
    result = registers.find("sozialdatenatlas", DAY)["results"]["all"]
    counted = [area for area, row in result["dynamic"]["areas"].items() if row["class"]]
    assert counted
    for area in counted:
        status, dynamic = result["areas"][area]["class"], result["dynamic"]["areas"][area]["class"]
        assert result["matrix"][area] == f"{status}/{dynamic}"


def test_notices_are_given_once_when_due_and_when_late(registers: Registers, demo):
    deliver(registers, demo["melderegister", 2023])
    assert registers.remind(date(2024, 6, 1)) == []
    assert [line.partition(":")[0] for line in registers.remind(date(2024, 6, 20))] == ["due"]
    assert registers.remind(date(2024, 6, 21)) == []
    assert [line.partition(":")[0] for line in registers.remind(date(2024, 7, 1))] == ["late"]


def test_what_is_public_is_made_of_shown_counts_only(registers: Registers, demo):
    released(registers, demo, 2023)
    edition = registers.find("sozialdatenatlas", DAY, public=True)
    public = edition["public"]
    hidden = {
        (row["dataset"], row["variable"], row["group"], row["area"])
        for row in public["counts"]
        if row["status"] == "confidential"
    }
    assert hidden
    assert all(row["value"] is None and row["conf_status"] == "C" for row in public["counts"] if row["value"] is None)
    for variant, found in public["variants"].items():
        group = "all" if variant == "all" else "u18"
        for area, row in found["areas"].items():
            if ("ba-sgb2", "sgb2", group, area) in hidden:
                assert row["excluded"] == "confidential"
                assert row["inputs"]["sgb2"] is None
                assert row["indicators"]["sgb2_rate"] is None
                assert (row["sum"], row["index"], row["class"], row["transformed"]) == (None, None, "", {})
                assert f"{area}|sgb2_rate" not in found["ratios"]
    text = json.dumps(public)
    assert "primary" not in text
    assert "secondary" not in text


def test_a_release_that_would_give_a_count_away_is_refused(registers: Registers, demo):
    """All neighbours of a count that is now confidential were printed before: nothing can protect it."""
    first = released(registers, demo, 2023)
    sample = demo["ba-sgb2", 2023]
    lines = {line.split(";")[0]: line.split(";") for line in sample.content.decode("cp1252").split("\r\n")}
    less = int(lines["62"][2].replace(" ", "")) - 5
    corrected = changed_csv(changed_csv(sample, "62", 2, "*"), "62", 3, "-")
    for area in ("bezirk-6", "Wuppertal"):
        corrected = changed_csv(corrected, area, 2, str(int(lines[area][2].replace(" ", "")) - less))
        youth = int(lines[area][3].replace(" ", "")) - int(lines["62"][3].replace(" ", ""))
        corrected = changed_csv(corrected, area, 3, str(youth))
    deliver(registers, corrected, replace="Korrektur", confirm_jumps=True)
    edition = registers.find("sozialdatenatlas", DAY)
    registers.check(edition["id"], CHECKER)
    with pytest.raises(AuditFailedError) as refused:
        registers.release(edition["id"], RELEASER)
    assert "62" not in str(refused.value)
    assert any(cell.startswith("2023-12-31|ba-sgb2|sgb2|all|62:") for cell in refused.value.cells)
    assert registers.log()[-1]["action"] == "audit failed"
    assert registers.find("sozialdatenatlas", DAY, public=True)["id"] == first
    assert registers.edition(edition["id"])["state"] == "checked"


def test_a_release_holds_nobody_up_and_looks_again_when_the_world_moved_on(registers: Registers, demo, monkeypatch):
    """While the audit of one edition runs another delivery is taken over, and the audit is made once more."""
    for dataset in ("melderegister", "ba-sgb2"):
        deliver(registers, demo[dataset, 2023])
    identity = registers.find("sozialdatenatlas", DAY)["id"]
    registers.check(identity, CHECKER)
    audits = []
    audited = registers._audited

    def slow(*arguments: object) -> object:
        audits.append(len(registers.deliveries()))
        if len(audits) == 1:
            deliver(registers, demo["bewohnerparken", 2023])
        return audited(*arguments)

    monkeypatch.setattr(registers, "_audited", slow)
    registers.release(identity, RELEASER)
    assert audits == [2, 3]
    assert registers.find("sozialdatenatlas", DAY, public=True)["id"] == identity
