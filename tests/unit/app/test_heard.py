"""What is gathered of devices between two notings."""

from __future__ import annotations

from gateway.app.heard import HeardDevices
from gateway.model import Uplink
from gateway.pipeline.processed import Seen
from gateway.registry.seen import SeenDevices


def test_batches_add_up_and_what_a_later_one_does_not_tell_stays(tmp_path):
    table = SeenDevices(tmp_path / "devices.sqlite")
    heard = HeardDevices(table)
    assert not heard
    first = Seen("tracker", "cs", 10, 2, uplink=Uplink("tracker", 10, name="Bus 7", counter=4))
    first.location, first.failures = (51.25, 7.15, None), 1
    heard.add({"tracker": first})
    heard.add({"tracker": Seen("tracker", "cs", 20, 3, uplink=Uplink("tracker", 20, counter=7))})
    assert heard
    heard.note()
    assert not heard
    (row,) = table.all()
    assert (row.count, row.failures, row.last_seen, row.counter) == (5, 1, 20, 7)
    assert (row.name, row.latitude, row.longitude) == ("Bus 7", 51.25, 7.15)
