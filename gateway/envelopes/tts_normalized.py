"""The Things Stack's normalised payloads: the measurements that a device's `normalizeUplink` wrote.

Names and units: schema "LoRaWAN Device Repository Payload" (`lib/payload.json` of TheThingsNetwork/lorawan-devices) and
the groups that later versions of the stack accept (rain, wind gusts).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from gateway.envelopes.clock import rfc3339_ns
from gateway.envelopes.text import clean
from gateway.model import Measured

_TABLE: dict[str, tuple[str, str]] = {
    "battery": ("battery_voltage", "V"),
    "air.temperature": ("air_temperature", "Cel"),
    "air.relativeHumidity": ("relative_humidity", "%"),
    "air.pressure": ("air_pressure", "hPa"),
    "air.co2": ("co2", "[ppm]"),
    "air.lightIntensity": ("illuminance", "lx"),
    "soil.moisture": ("soil_moisture", "%"),
    "soil.temperature": ("soil_temperature", "Cel"),
    "soil.ec": ("electrical_conductivity", "dS/m"),
    "soil.pH": ("ph", "[pH]"),
    "soil.n": ("soil_nitrogen", "[ppm]"),
    "soil.p": ("soil_phosphorus", "[ppm]"),
    "soil.k": ("soil_potassium", "[ppm]"),
    "wind.speed": ("wind_speed", "m/s"),
    "wind.gustSpeed": ("wind_gust", "m/s"),
    "wind.direction": ("wind_from_direction", "deg"),
    "rain.intensity": ("rain_rate", "mm/h"),
    "rain.cumulative": ("precipitation_total", "mm"),
    "water.leak": ("leak", "1"),
    "water.temperature.current": ("water_temperature", "Cel"),
    "metering.water.total": ("water_volume", "L"),
    "action.motion.detected": ("motion", "1"),
    "action.motion.count": ("motion_count", "1"),
    "action.contactState": ("contact", "1"),
    "position.latitude": ("latitude", "deg"),
    "position.longitude": ("longitude", "deg"),
}
_WORDS = {"open": 1.0, "closed": 0.0, "true": 1.0, "false": 0.0}
_NOTES = frozenset({"time", "air.location", "soil.depth"})
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,79}")
_MAX_MEASUREMENTS = 1000


def measurements(normalized: Any) -> tuple[tuple[Measured, ...], tuple[str, ...]]:
    """Read one measurement, or an array of them.

    Soil values get their depth as channel ("10cm"). Where two measurements without times of their own say the same
    quantity, the later one's channel is its place in the array.

    Returns:
        the values, and what could not be read.
    """
    items = normalized if isinstance(normalized, list) else [normalized]
    found: list[Measured] = []
    problems: list[str] = []
    seen: set[tuple[str, str, int | None]] = set()
    for index, item in enumerate(items[:_MAX_MEASUREMENTS]):
        where = f"normalized_payload[{index}]"
        if not isinstance(item, dict):
            problems.append(f"{where} is no object")
            continue
        time = None
        if item.get("time") is not None:
            try:
                time = rfc3339_ns(item["time"])
            except (ValueError, TypeError):
                problems.append(f"{where}.time is no RFC 3339 time")
                continue
        depth = item["soil"].get("depth") if isinstance(item.get("soil"), dict) else None
        for path, value in _leaves(item):
            if path in _NOTES:
                continue
            number = _number(value)
            if number is None and value is not None:
                problems.append(f"{where}.{clean(path)[:80]} is no number")
                continue
            if path not in _TABLE and not _NAME.fullmatch(path):
                problems.append(f"{where} has a member whose name is no name")
                continue
            quantity, unit = _TABLE.get(path, (path.replace(".", "_"), ""))
            channel = f"{depth:g}cm" if path.startswith("soil.") and isinstance(depth, int | float) else ""
            key = (quantity, channel, time)
            if key in seen:
                channel = f"{channel}#{index}"
            seen.add(key)
            found.append(Measured(quantity, number, unit, channel, time))
    if len(items) > _MAX_MEASUREMENTS:
        problems.append(f"normalized_payload has {len(items)} measurements, {_MAX_MEASUREMENTS} were read")
    return tuple(found), tuple(problems)


def _leaves(item: dict[str, Any], prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    for name, value in item.items():
        path = f"{prefix}{name}"
        if isinstance(value, dict) and depth < 4:
            yield from _leaves(value, f"{path}.", depth + 1)
        else:
            yield path, value


def _number(value: Any) -> float | None:
    if isinstance(value, str):
        return _WORDS.get(value)
    try:
        return float(value) if isinstance(value, int | float) else None
    except OverflowError:
        return None
