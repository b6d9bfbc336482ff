"""`/v1/indicators`: what law and city hall ask of the figures, answered with yes, no or unknown."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter

from gateway.aggregator.query import Figures
from gateway.api.blocking import Blocking


def add_indicators(router: APIRouter, figures: Figures, blocking: Blocking, clock: Callable[[], int]) -> None:
    """Add the route."""
