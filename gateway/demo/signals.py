"""What there would be to measure at a place: pure functions of the sky, the place and the time."""

from __future__ import annotations

from math import exp, log10, pi, sin

from gateway.demo.chance import noise, share, smooth
from gateway.demo.places import Place
from gateway.demo.weather import DAY, HOUR, Sky, Weather

CITY_HEIGHT = 200.0
"""m above sea level: where the sky's temperature holds."""


def heat_island(sky: Sky, place: Place) -> float:
    """K by which a Quartier is warmer than open land: dense ones, in still nights most."""
    return place.density * (0.7 + 2.6 * sky.still)


def temperature(sky: Sky, place: Place, t: float, name: str = "") -> float:
    """Air temperature, degC."""
    height = -0.0065 * (place.height - CITY_HEIGHT)
    return (
        sky.temperature_c + heat_island(sky, place) - 0.5 + height + 0.25 * smooth(f"{place.number}{name} t", t, HOUR)
    )


def humidity(sky: Sky, place: Place, t: float) -> float:
    """Relative humidity, %, from dew point and temperature (Magnus)."""

    def pressure(c: float) -> float:
        return exp(17.62 * c / (243.12 + c))

    shown = 100 * pressure(sky.dew_point_c) / pressure(temperature(sky, place, t))
    return min(99.5, max(18.0, shown + 1.5 * smooth(f"{place.number} rh", t, 2 * HOUR)))


def pressure(sky: Sky, place: Place) -> float:
    """Station pressure, hPa."""
    return sky.pressure_hpa - place.height / 8.3


def nitrogen_dioxide(sky: Sky, place: Place, t: float, *, road: float) -> float:
    """NO2, ug/m3: traffic, and air that stands still. `road` is 0 (park) to 1 (kerb)."""
    emitted = 5 + (9 * place.density + 24 * road) * sky.traffic
    mixed = 1 - 0.45 * min(1.0, sky.radiation / 700)  # the sun lifts the air
    return max(1.0, emitted * mixed * (0.55 + 0.9 * sky.still) * (1 + 0.2 * smooth(f"{place.number} no2", t, 3 * HOUR)))


def ozone(sky: Sky, place: Place, t: float) -> float:
    """O3, ug/m3: made by the sun, eaten by traffic's nitrogen monoxide."""
    made = 46 + 0.075 * sky.radiation + 1.6 * max(0.0, sky.temperature_c - 12) - 22 * sky.still
    return max(2.0, made - 1.1 * nitrogen_dioxide(sky, place, t, road=0.1) + 3 * smooth(f"{place.number} o3", t, HOUR))


def fine_dust(sky: Sky, place: Place, t: float) -> float:
    """PM2.5, ug/m3: stoves in cold evenings, still air; rain washes it out."""
    evening = exp(-(((sky.hour - 21) / 3.5) ** 2)) * max(0.0, 14 - sky.temperature_c) * 0.35
    source = 5 + 3.5 * place.density + evening + 2 * sky.traffic * place.density
    around = 1 + 0.25 * smooth("pm", t, 20 * HOUR) + 0.12 * smooth(f"{place.number} pm", t, 2 * HOUR)
    return max(0.8, source * (0.5 + 1.3 * sky.still) * (1 - 0.72 * sky.washed) * around)


def dust(sky: Sky, place: Place, t: float) -> float:
    """PM10, ug/m3: PM2.5, and what dry roads give."""
    return 1.3 * fine_dust(sky, place, t) + 7 * sky.traffic * place.density * (1 - sky.washed) + 1.5


def noise_level(sky: Sky, place: Place, t: float) -> float:
    """LAeq, dB(A): traffic as energy, wind, rain."""
    calm = 37 + 6 * place.density + 2 * noise(f"{place.number} calm")
    road = 56 + 12 * place.density + 10 * log10(max(0.02, sky.traffic))
    wind = 30 + 1.9 * sky.gust
    rain = 38 + 9 * log10(1 + 40 * sky.rain)
    return 10 * log10(sum(10 ** (level / 10) for level in (calm, road, wind, rain))) + smooth(
        f"{place.number} dB", t, HOUR
    )


def river(weather: Weather, place: Place, t: float) -> float:
    """Depth of the water, m: an hour and a half behind the rain."""
    return (
        0.32
        + 0.12 * noise(f"{place.number} bed")
        + 0.052 * weather.at(t - 1.5 * HOUR).crest
        + 0.003 * smooth(f"{place.number} waves", t, HOUR)
    )


def soil_moisture(sky: Sky, place: Place, t: float) -> float:
    """% by volume."""
    return 14 + 5 * noise(f"{place.number} soil") + 0.42 * sky.stored + 0.4 * smooth(f"{place.number} sm", t, 6 * HOUR)


def ground_temperature(weather: Weather, place: Place, t: float) -> float:
    """Of soil and brooks, degC: the mean of the last two days, damped."""
    past = [weather.at(t - hours * HOUR).temperature_c for hours in (4, 12, 20, 28, 40, 52)]
    return 4 + 0.6 * sum(past) / len(past) + 0.4 * noise(f"{place.number} ground")


def walkers(sky: Sky, place: Place) -> float:
    """People who pass within an hour in a shopping street, on average."""
    open_ = exp(-(((sky.hour - 14.5) / 3.8) ** 2)) * (0.25 if sky.weekday == 6 else 1.25 if sky.weekday == 5 else 1.0)
    return (8 + 520 * place.density**2 * open_) * exp(-1.6 * sky.rain) * exp(-max(0.0, sky.gust - 14) / 6)


def cyclists(sky: Sky, place: Place) -> float:
    """Bicycles within an hour on a cycle route."""
    warm = min(1.2, max(0.15, 0.35 + (sky.temperature_c + 2) / 26))
    leisure = exp(-(((sky.hour - 14) / 3.5) ** 2)) * 0.8 if sky.weekday >= 5 else 0.0
    return (
        (2 + 85 * max(sky.traffic * (sky.weekday < 5), leisure) * (0.4 + place.density))
        * warm
        * exp(-2.2 * sky.rain)
        * exp(-max(0.0, sky.gust - 12) / 5)
    )


def cars(sky: Sky, place: Place) -> float:
    """Vehicles within an hour on a main road."""
    return 40 + 980 * sky.traffic * (0.35 + 0.65 * place.density) * exp(-max(0.0, sky.gust - 20) / 8)


def parked(sky: Sky, place: Place) -> float:
    """Share of kerbside places that are taken: residents at night, visitors of dense Quartiere by day."""
    night = 0.5 + 0.5 * (1 + sin(2 * pi * (sky.hour - 18.5) / 24)) / 2
    residents = (0.35 + 0.32 * min(1.7, place.pressure)) * night
    visitors = 0.4 * place.density * exp(-(((sky.hour - 13) / 4.5) ** 2)) * (0.4 if sky.weekday == 6 else 1.0)
    return min(0.98, max(0.04, residents + visitors))


def car_park(sky: Sky, place: Place, t: float) -> float:
    """Share of a car park that is taken: shoppers, most of all on Saturdays."""
    busy = {5: 1.08, 6: 0.25}.get(sky.weekday, 0.82)
    shoppers = busy * exp(-(((sky.hour - 14) / 3.6) ** 2))
    return min(1.0, max(0.03, 0.08 + 0.86 * shoppers + 0.05 * smooth(f"{place.number} car park", t, 2 * HOUR)))


def fill(name: str, t: float) -> float:
    """How full a waste container is, 0 to 1: filled within two to five days, then emptied."""
    period = (2 + 3 * share(f"{name} period")) * DAY
    return min(1.0, 0.05 + 1.02 * ((t / period + share(f"{name} phase")) % 1))


def room_co2(sky: Sky, name: str, t: float) -> float:
    """CO2 in a classroom or an office, ppm."""
    there = exp(-(((sky.hour - 11) / 2.6) ** 4)) if sky.weekday < 5 else 0.0
    air = 180 * smooth(f"{name} air", t, HOUR)
    return 430 + 0.1 * air + there * (520 + 260 * share(f"{name} room") + air)


def used(name: str, t: float, per_day: float) -> float:
    """A meter's reading after `t` seconds of a daily rhythm: never falls; `per_day` units of it in a day on average."""
    x = 2 * pi * (t / DAY - 0.55)
    days = t / DAY + 0.75 * sin(x) / (2 * pi) + 0.12 * smooth(f"{name} days", t, 2 * DAY)
    return per_day * days * (0.6 + 0.8 * share(f"{name} use"))
