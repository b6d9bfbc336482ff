"""What each kind of device in the demo city says that it measures, in the units of its decoder (or its own JSON).

Every function takes (weather, place, device, Unix time, interval in s); battery values are added by the city.
"""

from __future__ import annotations

from collections.abc import Callable

from gateway.demo import signals
from gateway.demo.chance import counted, noise, share, smooth
from gateway.demo.places import Place
from gateway.demo.weather import DAY, HOUR, STEP, Weather

HOUSE = 420
"""Litres of water that a small house uses in a day."""
WATER_ROLLS = 10_000
"""Litres after which the demo's small house meters begin anew: every few weeks, so that it happens in the month."""
INSTALLED = 1_700_000_000
"""Unix time at which the electricity meters stood at zero."""
CAR_PARK = 180
"""Places of each car park."""


def climate(w: Weather, p: Place, d: str, t: float, _: float) -> dict[str, float]:
    """Temperature and humidity of the air."""
    sky = w.at(t)
    return {"air_temperature": signals.temperature(sky, p, t, d), "relative_humidity": signals.humidity(sky, p, t)}


def sound_level(w: Weather, p: Place, d: str, t: float, _: float) -> dict[str, float]:
    """LAeq, and the highest level with time weighting fast."""
    level = round(signals.noise_level(w.at(t), p, t), 1)
    return {
        "sound_level_a_eq": level,
        "sound_level_a@fast": level + 1,
        "sound_level_a_max@fast": level + 9 + round(5 * share(d, int(t // 900))),
    }


def particles(w: Weather, p: Place, d: str, t: float, e: float) -> dict[str, float]:
    """Dust of all sizes, and the air it is in."""
    sky = w.at(t)
    fine, coarse = signals.fine_dust(sky, p, t), signals.dust(sky, p, t)
    counts = {"0.5": 7, "1": 8.2, "2.5": 8.4, "4": 8.45, "10": 8.5}
    return {
        "pm1": 0.75 * fine, "pm2_5": fine, "pm4": (fine + coarse) / 2, "pm10": coarse, "particle_size": 520,
        **{f"particle_count@{size}": fine * factor for size, factor in counts.items()},
        **climate(w, p, d, t, e), "air_pressure": 100 * signals.pressure(sky, p),
    }  # fmt: skip


def station(road: float) -> Callable[[Weather, Place, str, float, float], dict[str, float]]:
    """An air station at a kerb (`road` 1) or away from traffic (0)."""

    def measure(w: Weather, p: Place, d: str, t: float, e: float) -> dict[str, float]:
        sky = w.at(t)
        found = climate(w, p, d, t, e)
        return {
            "temperature": found["air_temperature"], "humidity": found["relative_humidity"] / 100,
            "pressure": signals.pressure(sky, p), "pm2_5": signals.fine_dust(sky, p, t),
            "pm10": signals.dust(sky, p, t) + 4 * road * sky.traffic,
            "no2": signals.nitrogen_dioxide(sky, p, t, road=road), "o3": signals.ozone(sky, p, t) * (1 - 0.4 * road),
        }  # fmt: skip

    return measure


def atm41(w: Weather, p: Place, d: str, t: float, e: float) -> dict[str, float]:
    """All-in-one weather station, with lightning."""
    sky, air = w.at(t), climate(w, p, d, t, e)
    strikes = round(sky.lightning * e / 600)
    gust = max(w.at(t - ago).gust for ago in range(0, int(e), STEP))
    near = {"lightning_distance": 3 + 9 * share(d, int(t))} if strikes else {}  # km
    return {
        **near, "solar_irradiance": sky.radiation, "precipitation": w.rain_total(t) - w.rain_total(t - e),
        "lightning_count": strikes, "wind_speed": sky.wind,
        "wind_from_direction": sky.direction, "wind_gust": gust, "vapour_pressure": 0.9,
        "air_temperature": air["air_temperature"], "relative_humidity": air["relative_humidity"] / 100,
        "air_pressure": signals.pressure(sky, p) / 10, "internal_temperature": air["air_temperature"] + 2,
        "tilt_x": 0.4, "tilt_y": -0.2, "heading": 180, "wind_speed_north": 1.2, "wind_speed_east": 1.4,
    }  # fmt: skip


def wts(w: Weather, p: Place, d: str, t: float, e: float) -> dict[str, float]:
    """Weather station whose rain gauge counts on."""
    sky = w.at(t)
    return {
        **climate(w, p, d, t, e), "wind_speed": sky.wind * (0.9 + 0.1 * noise(d)),
        "wind_from_direction": sky.direction, "air_pressure": signals.pressure(sky, p),
        "precipitation_total": w.rain_total(t), "event_count@rain-phase": float(int(w.rain_total(t) / 30) % 100),
    }  # fmt: skip


def rain_gauge(w: Weather, _: Place, d: str, t: float, e: float) -> dict[str, float]:
    """Tipping bucket of 0.2 mm."""
    more = 1 + 0.12 * noise(d)
    now, before = (int(w.rain_total(at) * more / 0.2) * 0.2 for at in (t, t - e))
    return {"precipitation": now - before, "duration@interval": e, "precipitation_total": now}


def soil(w: Weather, p: Place, _: str, t: float, __: float) -> dict[str, float]:
    """Moisture, temperature, conductivity of the soil."""
    wet = signals.soil_moisture(w.at(t), p, t)
    return {"soil_moisture": wet, "soil_temperature": signals.ground_temperature(w, p, t),
            "electrical_conductivity": 90 + 11 * wet}  # fmt: skip


def soil_probe(w: Weather, p: Place, d: str, t: float, e: float) -> dict[str, float]:
    """The same with a temperature probe beside it."""
    found = soil(w, p, d, t, e)
    return {**found, "digital_input@interrupt": 0, "sensor_connected": 1,
            "air_temperature@probe": found["soil_temperature"] + 0.5 * smooth(d, t, HOUR)}  # fmt: skip


def tension(w: Weather, p: Place, _: str, t: float, __: float) -> dict[str, float]:
    """Suction tension at the roots of a tree."""
    dry = max(0.0, 32 - signals.soil_moisture(w.at(t), p, t))
    return {"soil_water_tension": 4 + 0.35 * dry**2, "soil_temperature": signals.ground_temperature(w, p, t)}


def gauge(w: Weather, p: Place, _: str, t: float, __: float) -> dict[str, float]:
    """Pressure at the bed of a brook, bar."""
    return {"water_pressure": signals.river(w, p, t) * 0.0980665,
            "water_temperature": signals.ground_temperature(w, p, t)}  # fmt: skip


def depth(w: Weather, p: Place, _: str, t: float, __: float) -> dict[str, float]:
    """Depth of a brook, cm."""
    return {"liquid_depth": signals.river(w, p, t) * 100}


def glass(_: Weather, __: Place, d: str, t: float, ___: float) -> dict[str, float]:
    """Ultrasound from the lid of a glass container, mm."""
    return {"distance": round(1500 - 1200 * signals.fill(d, t)), "digital_input@interrupt": 0, "sensor_connected": 0}


def container(_: Weather, __: Place, d: str, t: float, ___: float) -> dict[str, float]:
    """Distance and fill level of a litter bin."""
    full = signals.fill(d, t)
    return {"distance": round(900 - 800 * full), "bin_fill_level": round(100 * full)}


def paper(_: Weather, __: Place, d: str, t: float, ___: float) -> dict[str, float]:
    """The same of a paper container, with its own health."""
    full = signals.fill(d, t)
    return {"distance": round(2000 - 1700 * full), "bin_fill_level": round(100 * full), "fault@restart": 0,
            "fault@radio": 0, "fault@battery": 0, "fault@distance": 0}  # fmt: skip


def _taken(w: Weather, p: Place, d: str, t: float) -> float:
    """Whether the place is taken; cars stay for an hour and a half at least."""
    return float(share(d, int(t // (1.5 * HOUR))) < signals.parked(w.at(t), p))


def bay(w: Weather, p: Place, d: str, t: float, _: float) -> dict[str, float]:
    """One parking place."""
    return {"occupancy": _taken(w, p, d, t)}


def bay_magnet(w: Weather, p: Place, d: str, t: float, _: float) -> dict[str, float]:
    """One parking place, found by its magnetic field."""
    return {"occupancy": _taken(w, p, d, t), "internal_temperature": round(w.at(t).temperature_c) + 1,
            "device_state@health": _taken(w, p, d, t)}  # fmt: skip


def car_park(w: Weather, p: Place, _: str, t: float, __: float) -> dict[str, float]:
    """A car park that counts for itself."""
    return {"parking_occupied": round(CAR_PARK * signals.car_park(w.at(t), p, t)), "parking_capacity": CAR_PARK}


def _both_ways(mean: float, name: str, t: float, interval: float) -> tuple[int, int]:
    """Counts in two directions: into the middle in the morning, out of it in the evening."""
    step = int(t // interval)
    half = mean * interval / HOUR / 2
    towards = 0.25 * smooth("tide", t, 6 * HOUR)
    return counted(half * (1 + towards), f"{name} in", step), counted(half * (1 - towards), f"{name} out", step)


def people(w: Weather, p: Place, d: str, t: float, e: float) -> dict[str, float]:
    """Passers-by in two directions."""
    come, go = _both_ways(signals.walkers(w.at(t - e / 2), p), d, t, e)
    return {"people_count@in": come, "people_count@out": go}


def radar(w: Weather, p: Place, d: str, t: float, e: float) -> dict[str, float]:
    """The same by radar, with totals."""
    come, go = _both_ways(signals.walkers(w.at(t - e / 2), p), d, t, e)
    total = int(signals.used(d, t % (400 * DAY), 3000))
    return {"people_count@left-to-right": come, "people_count@right-to-left": go,
            "people_total@left-to-right": total % 65536, "people_total@right-to-left": (total + 7) % 65536,
            "power@solar": round(3 * w.at(t).radiation), "internal_temperature": 12.0}  # fmt: skip


def bicycles(w: Weather, p: Place, d: str, t: float, e: float) -> dict[str, float]:
    """Bicycles in two directions."""
    come, go = _both_ways(signals.cyclists(w.at(t - e / 2), p), d, t, e)
    return {"bicycles_in": come, "bicycles_out": go}


def vehicles(w: Weather, p: Place, d: str, t: float, e: float) -> dict[str, float]:
    """Vehicles in two directions."""
    come, go = _both_ways(signals.cars(w.at(t - e / 2), p), d, t, e)
    return {"vehicles_in": come, "vehicles_out": go}


def energy(_: Weather, __: Place, d: str, t: float, ___: float) -> dict[str, float]:
    """Electricity of a small building, Wh."""
    daily = 5200 * (0.5 + share(d))  # Wh
    power = round(daily / 24 * (1 + 0.5 * smooth(d, t, HOUR)))
    return {"energy": int(signals.used(d, t - INSTALLED, daily)), "power": power, "voltage": 231.0,
            "current": round(power / 0.231), "power_factor": 97, "relay": 1}  # fmt: skip


def water(_: Weather, __: Place, d: str, t: float, ___: float) -> dict[str, float]:
    """Water of a house, L."""
    litres = signals.used(d, t, HOUSE)
    return {"water_volume": int(litres) % WATER_ROLLS, "water_volume_reverse": 0, "tamper@magnet": 0,
            "tamper@removal": 0, "tamper@sensor": 0, "leak": 0, "backflow": 0, "battery_low": 0,
            "water_temperature": 11.5}  # fmt: skip


def room(w: Weather, _: Place, d: str, t: float, __: float) -> dict[str, float]:
    """Air in an office."""
    co2 = signals.room_co2(w.at(t), d, t)
    return {
        "air_temperature": 20.5 + co2 / 900 + 0.3 * smooth(d, t, HOUR),
        "relative_humidity": 42 + co2 / 120 + 3 * smooth(f"{d} rh", t, 6 * HOUR),
        "co2": round(co2),
    }


def classroom(w: Weather, p: Place, d: str, t: float, e: float) -> dict[str, float]:
    """Air in a classroom, with a traffic light."""
    inside = room(w, p, d, t, e)
    return {**inside, "relative_humidity": round(inside["relative_humidity"]), "alarm@co2": float(inside["co2"] > 1000),
            "button": 0, "device_state@threshold": 0, "device_state@calibration": 0}  # fmt: skip


def _open(w: Weather, d: str, t: float) -> float:
    sky = w.at(t)
    return float(sky.weekday < 5 and 7 < sky.hour < 18 and share(d, int(t // HOUR)) < 0.35)


def door(w: Weather, _: Place, d: str, t: float, __: float) -> dict[str, float]:
    """A door that counts its openings."""
    return {"contact": _open(w, d, t), "internal_temperature": 18, "duration@since_event": 30,
            "event_count": int(t // (2 * HOUR)) % 10_000}  # fmt: skip


def cabinet(w: Weather, _: Place, d: str, t: float, __: float) -> dict[str, float]:
    """A switch cabinet, with a tamper contact."""
    return {"contact": _open(w, d, t), "tamper": float(share(f"{d} tamper", int(t // DAY)) > 0.97)}


def cellar(w: Weather, _: Place, d: str, t: float, __: float) -> dict[str, float]:
    """A cellar that the storm floods."""
    return {"leak": float(w.at(t).crest > 24 + 8 * noise(d)), "air_temperature": 12, "relative_humidity": 70,
            "internal_temperature": 12, "device_state@leak_changed": 0, "device_state@temperature_changed": 0,
            "device_state@humidity_changed": 0}  # fmt: skip


def phones(w: Weather, p: Place, d: str, t: float, _: float) -> dict[str, float]:
    """How many phones look for a WLAN."""
    return {"device_count@wifi": float(counted(signals.walkers(w.at(t), p) / 3, d, int(t // HOUR)))}
