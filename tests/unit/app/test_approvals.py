"""An approval asks once for the replay of what was held back, and the replay takes that source's messages alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gateway.app.approvals import Approvals
from gateway.app.jobs import Jobs, ReplayRequest
from gateway.app.replay import Scope
from gateway.app.shown import ShownStore
from gateway.model import Entry, Join, Observation, Received, Uplink

NOW = 1_790_000_000 * 10**9


@dataclass
class Known:
    approvals: Mapping[str, int] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)

    def refresh(self) -> bool:
        return True


@pytest.fixture
def known() -> Known:
    return Known()


def approvals(tmp_path: Path, known: Known) -> Approvals:
    return Approvals(known, Jobs(tmp_path), 1, lambda: NOW)


def test_each_approval_is_followed_once_also_by_the_next_process(tmp_path, known):
    watch = approvals(tmp_path, known)
    assert watch.look() == []
    known.approvals = {"air": 5}
    (request,) = watch.look()
    assert (request.sources, request.approved_at, request.start, request.stop) == (("air",), 5, 0, NOW + 1)
    assert watch.look() == []
    known.approvals = {"air": 5, "noise": 7}
    assert [each.sources for each in watch.look()] == [("noise",)]
    again = approvals(tmp_path, known)
    assert again.look() == []
    known.approvals = {"noise": 7}  # withdrawn
    assert again.look() == []
    known.approvals = {"air": 9, "noise": 7}  # and approved anew
    assert [each.sources for each in again.look()] == [("air",)]
    assert [job.request.approved_at for job in Jobs(tmp_path).all()] == [9, 7, 5]


def test_what_was_approved_before_the_first_message_needs_no_replay(tmp_path, known):
    known.approvals = {"air": 5}
    watch = Approvals(known, Jobs(tmp_path), 1, lambda: NOW, fresh=True)
    assert watch.look() == []
    assert [(job.request.sources, job.state) for job in Jobs(tmp_path).all()] == [(("air",), "done")]
    known.approvals = {"air": 5, "noise": 7}
    assert [each.sources for each in watch.look()] == [("noise",)]
    assert len(Jobs(tmp_path).all()) == 2
    Approvals(known, Jobs(tmp_path), 1, lambda: NOW, fresh=True).look()  # the store was emptied meanwhile
    assert len(Jobs(tmp_path).all()) == 2


def test_a_device_that_goes_over_to_an_approved_source_is_brought_in(tmp_path, known):
    known.approvals, known.sources = {"air": 5}, {"d": "homes"}
    watch = approvals(tmp_path, known)
    watch.look()
    known.sources = {"d": "air", "e": "homes"}
    (request,) = watch.look()
    assert request.devices == ("d",)
    assert watch.look() == []


def parser(received: Received) -> list[object]:
    if received.topic == "join":
        return [Join(device="d", time=0)]
    return [Uplink(device=received.topic, time=0)]


def test_a_replay_of_a_source_takes_what_belongs_to_it():
    owners = {"d": "air"}
    request = ReplayRequest(sources=("air",))
    scope = Scope(request, {"nbiot": parser, "cs": parser}, None,  # type: ignore[arg-type, dict-item]  # nobody asks it
                  lambda source, device: owners.get(device, source))  # fmt: skip
    entries = [
        Entry(at, Received(source, topic, b"", NOW))
        for at, (source, topic) in enumerate([("nbiot", "d"), ("nbiot", "e"), ("cs", "d"), ("cs", "join"), ("x", "d")])
    ]
    assert [entry.offset for entry in scope.select(entries)] == [0, 2, 3]
    assert scope.texts == ()
    everything = Scope(ReplayRequest(), {}, None)  # type: ignore[arg-type]  # as above
    assert len(everything.select(entries)) == len(entries)


class Store:
    """Readings of one device, of three quantities."""

    rows = tuple(
        Observation("d", "", name, at, float(at), 1, at)
        for at in range(20) for name in ("air_temperature", "people_count", "pm2_5")
    )  # fmt: skip

    def observations(
        self, device: str, quantity: str | None, start: int, stop: int, *, limit: int
    ) -> list[Observation]:
        rows = [
            r for r in self.rows if quantity in {None, r.quantity} and start <= r.time < stop and r.device == device
        ]
        return rows[:limit]

    def latest(self, device: str, start: int, stop: int) -> list[Observation]:
        return [r for r in self.rows if start <= r.time < stop and r.device == device][-3:]


class Gate:
    """Lets some quantities pass."""

    def __init__(self, *quantities: str) -> None:
        self._quantities = quantities

    def now(self) -> Gate:
        return self

    def readings(self, device: str, quantity: str) -> bool:
        return device == "d" and quantity in self._quantities


def test_single_readings_are_shown_as_far_as_they_may_be():
    shown = ShownStore(Store(), Gate("air_temperature", "people_count", "pm2_5"))  # type: ignore[arg-type]  # as much of a store and a gate as is asked
    found = shown.observations("d", None, 0, 99, limit=7)
    assert [(row.time, row.quantity) for row in found] == [
        (0, "air_temperature"), (0, "pm2_5"), (1, "air_temperature"), (1, "pm2_5"), (2, "air_temperature"),
        (2, "pm2_5"), (3, "air_temperature"),
    ]  # fmt: skip
    assert {row.quantity for row in shown.latest("d", 0, 99)} == {"air_temperature", "pm2_5"}
    assert shown.observations("d", "people_count", 0, 99, limit=7) == []  # people are never told one by one
    assert len(shown.observations("d", "pm2_5", 0, 99, limit=7)) == 7
    nothing = ShownStore(Store(), Gate())  # type: ignore[arg-type]  # as above
    assert list(nothing.observations("d", None, 0, 99, limit=7)) == []
    assert list(nothing.observations("d", "pm2_5", 0, 99, limit=7)) == []
