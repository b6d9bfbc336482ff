"""Directions as vectors, and pressure at sea level. Arrays in, arrays out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST_CONCENTRATION = 0.1
"""Below it directions point everywhere, and their mean nowhere."""


def concentration(u: Floats, v: Floats, w: Floats) -> Floats:
    """R: length of the resultant by the sum of weights, 0 to 1; NaN when every weight is 0 (calm)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(w > 0, np.hypot(u, v) / w, np.nan)


def direction(u: Floats, v: Floats, resultant: Floats) -> Floats:
    """Degrees 0 <= x < 360 of the vector with the sine sum `u` and the cosine sum `v`; NaN when R < 0.1 or calm."""
    angle = np.degrees(np.arctan2(u, v))
    angle = np.where(angle < 0, angle + 360, angle)
    angle = np.where(angle >= 360, 0.0, angle)
    return np.where(resultant >= LEAST_CONCENTRATION, angle, np.nan)


def sea_level(pressure: Floats, height: Floats) -> Floats:
    """Station pressure reduced to sea level by `height` in m: ICAO standard atmosphere (ISO 2533)."""
    return np.asarray(pressure * (1 - 0.0065 * height / 288.15) ** -5.25588)
