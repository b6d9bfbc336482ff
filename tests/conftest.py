"""What every test may ask for: the reference data folder and settings for hypothesis."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "default", deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.load_profile("default")

SHARED = Path(__file__).resolve().parents[2] / "shared"


def require(what: str, present: bool) -> None:
    """Skip where `what` is absent; fail where GATEWAY_REQUIRE says that it must be there ("all" or a list)."""
    required = os.environ.get("GATEWAY_REQUIRE", "").split(",")
    if present:
        return
    if what in required or "all" in required:
        pytest.fail(f"{what} is required here (GATEWAY_REQUIRE) but cannot be found")
    pytest.skip(f"{what} cannot be found on this machine")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with recorded payloads, vectors and polygons, which lies beside the repository."""
    require("shared", SHARED.is_dir())
    return SHARED
