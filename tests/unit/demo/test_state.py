"""How far the demo is survives a stop, and a broken note begins anew instead of failing."""

from __future__ import annotations

from pathlib import Path

from gateway.demo.state import FILE, Progress, State, load

STATE = State(begun=1_790_000_000.0, days=30, until=1_787_408_000.0)


def test_progress_is_there_after_a_stop(tmp_path: Path) -> None:
    progress = Progress(tmp_path, STATE)
    progress.reached(1_788_000_000.0)
    progress.change(payloads=True)
    assert load(tmp_path) == State(begun=STATE.begun, days=30, until=1_788_000_000.0, payloads=True)
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_nothing_or_nonsense_is_a_first_start(tmp_path: Path) -> None:
    assert load(tmp_path) is None
    (tmp_path / FILE).write_text("{", encoding="utf-8")
    assert load(tmp_path) is None
