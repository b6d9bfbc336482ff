"""The kinds of devices that hang in the demo city, and how each says what there is to measure.

Values are in the units of the device's decoder; plain ones are the members of its JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.demo import signals
from gateway.demo.chance import counted, noise, share, smooth
from gateway.demo.places import Place
from gateway.demo.weather import DAY, HOUR, Weather
from gateway.registry.model import Siting

Values = Mapping[str, float]
Measure = Callable[[Weather, Place, str, float, float], dict[str, float]]
"""(weather, place, device, Unix time, interval in s) → values."""
HOUSE = 0.42
"""m3 of water that a small house uses in a day."""
CAR_PARK = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One make of device in one use.

    Attributes:
        use: what it is for: kinds of one use take turns.
        label: German word for its name.
        decoder: id; "" for devices that send plain JSON.
        network: "chirpstack", "tts" or "plain".
        port: fPort.
        interval: seconds between two messages.
        source: the data source it belongs to, as the registry has it.
        siting: of its site.
        measure: its values, without battery.
        battery: name of its battery value, and what it shows when new and when it is to be changed.
        sensor_class: CEN/TS 17660, 0 for none.
        modulus: where its counter begins anew, canonical unit; 0: never.
        capacity: places of a car park.
        private: hangs at somebody's home.
        probes: channels that measure something else than the site's air, and are no part of an area.
    """

    use: str
    label: str
    decoder: str
    network: str
    port: int = 0
    interval: int
    source: str
    siting: Siting
    measure: Measure
    battery: tuple[str, float, float] | None = None
    sensor_class: int = 0
    modulus: float = 0
    capacity: int = 0
    private: bool = False
    probes: tuple[str, ...] = ()


def _climate(w: Weather, p: Place, d: str, t: float, _: float) -> dict[str, float]:
    sky = w.at(t)
    return {"air_temperature": signals.temperature(sky, p, t, d), "relative_humidity": signals.humidity(sky, p, t)}


def _noise(w: Weather, p: Place, d: str, t: float, _: float) -> dict[str, float]:
    level = round(signals.noise_level(w.at(t), p, t), 1)
    return {
        "sound_level_a_eq": level,
        "sound_level_a@fast": level + 1,
        "sound_level_a_max@fast": level + 9 + round(5 * share(d, int(t // 900))),
    }


def _particles(w: Weather, p: Place, d: str, t: float, e: float) -> dict[str, float]:
    sky = w.at(t)
    fine, coarse = signals.fine_dust(sky, p, t), signals.dust(sky, p, t)
    counts = {"0.5": 7, "1": 8.2, "2.5": 8.4, "4": 8.45, "10": 8.5}
    return {
        "pm1": 0.75 * fine, "pm2_5": fine, "pm4": (fine + coarse) / 2, "pm10": coarse, "particle_size": 520,
        **{f"particle_count@{size}": fine * factor for size, factor in counts.items()},
        **_climate(w, p, d, t, e), "air_pressure": 100 * signals.pressure(sky, p),
    }  # fmt: skip


def _station(road: float) -> Measure:
    def measure(w: Weather, p: Place, d: str, t: float, e: float) -> dict[str, float]:
        sky = w.at(t)
        found = _climate(w, p, d, t, e)
        return {
            "temperature": found["air_temperature"], "humidity": found["relative_humidity"] / 100,
            "pressure": signals.pressure(sky, p), "pm2_5": signals.fine_dust(sky, p, t),
            "pm10": signals.dust(sky, p, t) + 4 * road * sky.traffic,
            "no2": signals.nitrogen_dioxide(sky, p, t, road=road), "o3": signals.ozone(sky, p, t) * (1 - 0.4 * road),
        }  # fmt: skip

    return measure


def _atm41(w: Weather, p: Place, d: str, t: float, e: float) -> dict[str, float]:
    sky, climate = w.at(t), _climate(w, p, d, t, e)
    strikes = round(sky.lightning * e / 600)
    near = {"lightning_distance": 3 + 9 * share(d, int(t))} if strikes else {}  # km
    return {
        **near, "solar_irradiance": sky.radiation, "precipitation": w.rain_total(t) - w.rain_total(t - e),
        "lightning_count": strikes, "wind_speed": sky.wind,
        "wind_from_direction": sky.direction, "wind_gust": sky.gust, "vapour_pressure": 0.9,
        "air_temperature": climate["air_temperature"], "relative_humidity": climate["relative_humidity"] / 100,
        "air_pressure": signals.pressure(sky, p) / 10, "internal_temperature": climate["air_temperature"] + 2,
        "tilt_x": 0.4, "tilt_y": -0.2, "heading": 180, "wind_speed_north": 1.2, "wind_speed_east": 1.4,
    }  # fmt: skip


def _wts(w: Weather, p: Place, d: str, t: float, e: float) -> dict[str, float]:
    sky = w.at(t)
    return {
        **_climate(w, p, d, t, e), "wind_speed": sky.wind * (0.9 + 0.1 * noise(d)),
        "wind_from_direction": sky.direction, "air_pressure": signals.pressure(sky, p),
        "precipitation_total": w.rain_total(t), "event_count@rain-phase": float(int(w.rain_total(t) / 30) % 100),
    }  # fmt: skip


def _rain_gauge(w: Weather, _: Place, d: str, t: float, e: float) -> dict[str, float]:
    more = 1 + 0.12 * noise(d)
    now, before = (int(w.rain_total(at) * more / 0.2) * 0.2 for at in (t, t - e))
    return {"precipitation": now - before, "duration@interval": e, "precipitation_total": now}


def _soil(w: Weather, p: Place, _: str, t: float, __: float) -> dict[str, float]:
    wet = signals.soil_moisture(w.at(t), p, t)
    return {"soil_moisture": wet, "soil_temperature": signals.ground_temperature(w, p, t),
            "electrical_conductivity": 90 + 11 * wet}  # fmt: skip


def _soil_probe(w: Weather, p: Place, d: str, t: float, e: float) -> dict[str, float]:
    found = _soil(w, p, d, t, e)
    return {**found, "digital_input@interrupt": 0, "sensor_connected": 1,
            "air_temperature@probe": found["soil_temperature"] + 0.5 * smooth(d, t, HOUR)}  # fmt: skip


def _tension(w: Weather, p: Place, _: str, t: float, __: float) -> dict[str, float]:
    dry = max(0.0, 32 - signals.soil_moisture(w.at(t), p, t))
    return {"soil_water_tension": 4 + 0.35 * dry**2, "soil_temperature": signals.ground_temperature(w, p, t)}


def _gauge(w: Weather, p: Place, _: str, t: float, __: float) -> dict[str, float]:
    return {"water_pressure": signals.river(w, p, t) * 0.0980665,
            "water_temperature": signals.ground_temperature(w, p, t)}  # fmt: skip


def _depth(w: Weather, p: Place, _: str, t: float, __: float) -> dict[str, float]:
    return {"liquid_depth": signals.river(w, p, t) * 100}


def _glass(_: Weather, __: Place, d: str, t: float, ___: float) -> dict[str, float]:
    return {"distance": round(1500 - 1200 * signals.fill(d, t)), "digital_input@interrupt": 0, "sensor_connected": 0}


def _bin(_: Weather, __: Place, d: str, t: float, ___: float) -> dict[str, float]:
    full = signals.fill(d, t)
    return {"distance": round(900 - 800 * full), "bin_fill_level": round(100 * full)}


def _paper(_: Weather, __: Place, d: str, t: float, ___: float) -> dict[str, float]:
    full = signals.fill(d, t)
    return {"distance": round(2000 - 1700 * full), "bin_fill_level": round(100 * full), "fault@restart": 0,
            "fault@radio": 0, "fault@battery": 0, "fault@distance": 0}  # fmt: skip


def _taken(w: Weather, p: Place, d: str, t: float) -> float:
    """Whether the place is taken; cars stay for an hour and a half at least."""
    return float(share(d, int(t // (1.5 * HOUR))) < signals.parked(w.at(t), p))


def _bay(w: Weather, p: Place, d: str, t: float, _: float) -> dict[str, float]:
    return {"occupancy": _taken(w, p, d, t)}


def _bay_magnet(w: Weather, p: Place, d: str, t: float, _: float) -> dict[str, float]:
    return {"occupancy": _taken(w, p, d, t), "internal_temperature": round(w.at(t).temperature_c) + 1,
            "device_state@health": _taken(w, p, d, t)}  # fmt: skip


def _car_park(w: Weather, p: Place, _: str, t: float, __: float) -> dict[str, float]:
    return {"parking_occupied": round(CAR_PARK * signals.car_park(w.at(t), p, t)), "parking_capacity": CAR_PARK}


def _both_ways(mean: float, name: str, t: float, interval: float) -> tuple[int, int]:
    """Counts in two directions: into the middle in the morning, out of it in the evening."""
    step = int(t // interval)
    half = mean * interval / HOUR / 2
    towards = 0.25 * smooth("tide", t, 6 * HOUR)
    return counted(half * (1 + towards), f"{name} in", step), counted(half * (1 - towards), f"{name} out", step)


def _people(w: Weather, p: Place, d: str, t: float, e: float) -> dict[str, float]:
    come, go = _both_ways(signals.walkers(w.at(t - e / 2), p), d, t, e)
    return {"people_count@in": come, "people_count@out": go}


def _radar(w: Weather, p: Place, d: str, t: float, e: float) -> dict[str, float]:
    come, go = _both_ways(signals.walkers(w.at(t - e / 2), p), d, t, e)
    total = int(signals.used(d, t % (400 * DAY), 3000))
    return {"people_count@left-to-right": come, "people_count@right-to-left": go,
            "people_total@left-to-right": total % 65536, "people_total@right-to-left": (total + 7) % 65536,
            "power@solar": round(3 * w.at(t).radiation), "internal_temperature": 12.0}  # fmt: skip


def _bicycles(w: Weather, p: Place, d: str, t: float, e: float) -> dict[str, float]:
    come, go = _both_ways(signals.cyclists(w.at(t - e / 2), p), d, t, e)
    return {"bicycles_in": come, "bicycles_out": go}


def _vehicles(w: Weather, p: Place, d: str, t: float, e: float) -> dict[str, float]:
    come, go = _both_ways(signals.cars(w.at(t - e / 2), p), d, t, e)
    return {"vehicles_in": come, "vehicles_out": go}


def _energy(_: Weather, __: Place, d: str, t: float, ___: float) -> dict[str, float]:
    daily = 5200 * (0.5 + share(d))  # Wh
    power = round(daily / 24 * (1 + 0.5 * smooth(d, t, HOUR)))
    return {"energy": int(signals.used(d, t, daily)) % 10_000_000, "power": power, "voltage": 231.0,
            "current": round(power / 0.231), "power_factor": 97, "relay": 1}  # fmt: skip


def _water(_: Weather, __: Place, d: str, t: float, ___: float) -> dict[str, float]:
    litres = signals.used(d, t, 1000 * HOUSE)
    return {"water_volume": int(litres) % WATER_ROLLS, "water_volume_reverse": 0, "tamper@magnet": 0,
            "tamper@removal": 0, "tamper@sensor": 0, "leak": 0, "backflow": 0, "battery_low": 0,
            "water_temperature": 11.5}  # fmt: skip


WATER_ROLLS = 10_000
"""Litres after which the demo's small house meters begin anew: every few weeks, so that it happens in the month."""


def _room(w: Weather, _: Place, d: str, t: float, __: float) -> dict[str, float]:
    co2 = signals.room_co2(w.at(t), d, t)
    return {"air_temperature": 20.5 + co2 / 900 + 0.3 * smooth(d, t, HOUR), "relative_humidity": 42 + co2 / 120 + 3 * smooth(f"{d} rh", t, 6 * HOUR),
            "co2": round(co2)}  # fmt: skip


def _classroom(w: Weather, p: Place, d: str, t: float, e: float) -> dict[str, float]:
    room = _room(w, p, d, t, e)
    return {**room, "relative_humidity": round(room["relative_humidity"]), "alarm@co2": float(room["co2"] > 1000),
            "button": 0, "device_state@threshold": 0, "device_state@calibration": 0}  # fmt: skip


def _open(w: Weather, d: str, t: float) -> float:
    sky = w.at(t)
    return float(sky.weekday < 5 and 7 < sky.hour < 18 and share(d, int(t // HOUR)) < 0.35)


def _door(w: Weather, _: Place, d: str, t: float, __: float) -> dict[str, float]:
    return {"contact": _open(w, d, t), "internal_temperature": 18, "duration@since_event": 30,
            "event_count": int(t // (2 * HOUR)) % 10_000}  # fmt: skip


def _cabinet(w: Weather, _: Place, d: str, t: float, __: float) -> dict[str, float]:
    return {"contact": _open(w, d, t), "tamper": float(share(f"{d} tamper", int(t // DAY)) > 0.97)}


def _cellar(w: Weather, _: Place, d: str, t: float, __: float) -> dict[str, float]:
    return {"leak": float(w.at(t).crest > 24 + 8 * noise(d)), "air_temperature": 12, "relative_humidity": 70,
            "internal_temperature": 12, "device_state@leak_changed": 0, "device_state@temperature_changed": 0,
            "device_state@humidity_changed": 0}  # fmt: skip


def _phones(w: Weather, p: Place, d: str, t: float, _: float) -> dict[str, float]:
    return {"device_count@wifi": float(counted(signals.walkers(w.at(t), p) / 3, d, int(t // HOUR)))}


_LEVEL, _LITHIUM, _TWO_CELLS = ("battery_level", 100, 55), ("battery_voltage", 3.6, 3.2), ("battery_voltage", 3.1, 2.75)
_MINUTES = 60


def _kind(use: str, label: str, decoder: str, network: str, port: int, minutes: int, measure: Measure,
          **more: Any) -> Kind:  # fmt: skip
    return Kind(use=use, label=label, decoder=decoder, network=network, port=port, interval=minutes * _MINUTES,
                measure=measure, **more)  # fmt: skip


_BACKGROUND, _TRAFFIC, _STREET, _INDOOR = Siting.BACKGROUND, Siting.TRAFFIC, Siting.STREET, Siting.INDOOR
KINDS: tuple[Kind, ...] = (
    _kind("climate", "Klima", "dragino-lht65n", "chirpstack", 2, 60, _climate,
          source="klima", siting=_BACKGROUND, battery=_TWO_CELLS),
    _kind("climate", "Klima", "milesight-em300-th", "tts", 85, 60, _climate,
          source="klima", siting=_BACKGROUND, battery=_LEVEL),
    _kind("climate", "Klima", "browan-tbhh100", "tts", 103, 60, _climate,
          source="klima", siting=_BACKGROUND, battery=_LITHIUM),
    _kind("climate", "Klima", "milesight-em300-th", "chirpstack", 85, 60, _climate,
          source="klima", siting=_BACKGROUND, battery=_LEVEL),
    _kind("noise", "Lärm", "milesight-ws302", "chirpstack", 85, 60, _noise,
          source="laerm", siting=_TRAFFIC, battery=_LEVEL),
    _kind("dust", "Feinstaub", "decentlab-dl-pm", "chirpstack", 1, 60, _particles,
          source="luft", siting=_BACKGROUND, battery=_TWO_CELLS, sensor_class=2),
    _kind("dust", "Feinstaub", "decentlab-dl-pm", "tts", 1, 60, _particles,
          source="luft", siting=_BACKGROUND, battery=_TWO_CELLS, sensor_class=3),
    _kind("air", "Luft", "", "plain", 0, 30, _station(0.9), source="luft", siting=_TRAFFIC, sensor_class=1),
    _kind("air", "Luft", "", "plain", 0, 30, _station(0.15), source="luft", siting=_BACKGROUND, sensor_class=1),
    _kind("weather", "Wetter", "decentlab-dl-atm41", "chirpstack", 1, 30, _atm41,
          source="wetter", siting=Siting.ROOF, battery=_TWO_CELLS),
    _kind("weather", "Wetter", "milesight-wts506", "tts", 85, 30, _wts,
          source="wetter", siting=Siting.ROOF, battery=_LEVEL),
    _kind("rain", "Regen", "decentlab-dl-tbrg", "tts", 1, 30, _rain_gauge,
          source="wetter", siting=_BACKGROUND, battery=_TWO_CELLS),
    _kind("soil", "Boden", "milesight-em500-smt", "chirpstack", 85, 120, _soil,
          source="boden", siting=Siting.GREEN, battery=_LEVEL),
    _kind("soil", "Boden", "dragino-lse01", "tts", 2, 120, _soil_probe,
          source="boden", siting=Siting.GREEN, battery=_LITHIUM, probes=("probe",)),
    _kind("tension", "Baum", "decentlab-dl-trs21", "chirpstack", 1, 120, _tension,
          source="boden", siting=Siting.GREEN, battery=_TWO_CELLS),
    _kind("river", "Pegel", "decentlab-dl-pr26-0-1", "chirpstack", 1, 30, _gauge,
          source="gewaesser", siting=Siting.WATER, battery=_TWO_CELLS),
    _kind("river", "Pegel", "milesight-em500-swl", "tts", 85, 30, _depth,
          source="gewaesser", siting=Siting.WATER, battery=_LEVEL),
    _kind("waste", "Glas", "dragino-ldds75", "tts", 2, 120, _glass,
          source="abfall", siting=_STREET, battery=_LITHIUM),
    _kind("waste", "Behälter", "milesight-ws201", "chirpstack", 85, 120, _bin,
          source="abfall", siting=_STREET, battery=_LEVEL),
    _kind("waste", "Papier", "terabee-lora-lm-xl", "chirpstack", 1, 120, _paper,
          source="abfall", siting=_STREET, battery=_LITHIUM),
    _kind("bay", "Stellplatz", "bosch-tps110", "tts", 1, 60, _bay, source="parken", siting=Siting.PARKING),
    _kind("bay", "Stellplatz", "nwave-nps405", "chirpstack", 2, 60, _bay_magnet,
          source="parken", siting=Siting.PARKING, battery=("battery_voltage", 3.5, 3.1)),
    _kind("car park", "Parkhaus", "", "plain", 0, 30, _car_park,
          source="parken", siting=Siting.PARKING, capacity=CAR_PARK),
    _kind("people", "Fußverkehr", "milesight-vs132", "chirpstack", 85, 60, _people, source="verkehr", siting=_STREET),
    _kind("people", "Fußverkehr", "parametric-pcr2", "tts", 14, 60, _radar,
          source="verkehr", siting=_STREET, battery=("battery_voltage", 7.4, 6.8)),
    _kind("bicycles", "Radverkehr", "", "plain", 0, 60, _bicycles, source="verkehr", siting=_STREET),
    _kind("vehicles", "Kfz", "", "plain", 0, 60, _vehicles, source="verkehr", siting=_TRAFFIC),
    _kind("energy", "Strom", "milesight-ws52x", "chirpstack", 85, 120, _energy, source="energie", siting=_INDOOR,
          modulus=10_000),
    _kind("water", "Wasser", "b-meters-iwm-lr3", "tts", 1, 120, _water, source="wasser", siting=_INDOOR,
          modulus=WATER_ROLLS / 1000, private=True),
    _kind("room", "Raumluft", "milesight-am103", "chirpstack", 85, 60, _room,
          source="gebaeude", siting=_INDOOR, battery=_LEVEL),
    _kind("room", "Klassenraum", "browan-cd10", "tts", 127, 60, _classroom,
          source="gebaeude", siting=_INDOOR, battery=_LITHIUM),
    _kind("door", "Tür", "browan-tbdw100", "tts", 100, 180, _door,
          source="gebaeude", siting=_INDOOR, battery=_LITHIUM),
    _kind("door", "Schaltschrank", "milesight-ws301", "chirpstack", 85, 180, _cabinet,
          source="gebaeude", siting=_INDOOR, battery=_LEVEL),
    _kind("door", "Keller", "browan-tbwl100", "tts", 106, 180, _cellar,
          source="gebaeude", siting=Siting.UNDERGROUND, battery=_LITHIUM),
    _kind("phones", "WLAN-Zählung", "opensource-esp32-paxcounter", "tts", 1, 60, _phones,
          source="wlan-zaehlung", siting=_STREET),
)  # fmt: skip
"""In the order of their codes in device ids; the kinds of a use stand together."""
