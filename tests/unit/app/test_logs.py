"""What a line of the log holds, and what it must never hold."""

from __future__ import annotations

import json

import pytest
import structlog

from gateway.app import logs


def _fail(password: str) -> None:
    raise RuntimeError(f"refused a password of {len(password)} characters")


def test_a_traceback_names_the_place_and_no_local_variable(capsys: pytest.CaptureFixture[str]) -> None:
    before = structlog.get_config()
    try:
        logs.configure("info")
        try:
            _fail("correct horse")
        except RuntimeError:
            structlog.get_logger().exception("store failed")
    finally:
        structlog.configure(**before)
    line = capsys.readouterr().err.strip()
    event = json.loads(line)
    assert event["event"] == "store failed"
    assert event["exception"][0]["exc_value"] == "refused a password of 13 characters"
    assert event["exception"][0]["frames"][-1]["name"] == "_fail"
    assert "correct horse" not in line
