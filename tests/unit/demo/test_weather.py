"""The sky of the demo city: the same for everyone, plausible, with one storm that soil and river remember."""

from __future__ import annotations

from statistics import mean

import pytest

from gateway.demo import signals
from gateway.demo.places import Place, places
from gateway.demo.weather import DAY, HOUR, Sky, Weather

JULY, JANUARY = 1_784_000_000.0, 1_768_500_000.0
"""Mid July and mid January 2026."""


def month(begin: float) -> tuple[Weather, list[float]]:
    storm = begin + 20 * DAY
    return Weather(begin, storm), [begin + hour * HOUR for hour in range(28 * 24)]


@pytest.fixture(scope="module")
def summer() -> tuple[Weather, list[float]]:
    return month(JULY)


@pytest.fixture(scope="module")
def winter() -> tuple[Weather, list[float]]:
    return month(JANUARY)


def dense() -> Place:
    return max(places(), key=lambda place: place.density)


def open_land() -> Place:
    return min(places(), key=lambda place: place.density)


def test_two_who_ask_see_the_same_sky_whatever_they_asked_before() -> None:
    one, other = Weather(JULY, JULY + DAY), Weather(JULY, JULY + DAY)
    one.at(JULY + 3 * DAY)
    assert [one.at(JULY + h * HOUR) for h in range(72)] == [other.at(JULY + h * HOUR) for h in range(72)]


def test_seasons(summer: tuple[Weather, list[float]], winter: tuple[Weather, list[float]]) -> None:
    warm = mean(summer[0].at(t).temperature_c for t in summer[1])
    cold = mean(winter[0].at(t).temperature_c for t in winter[1])
    assert 14 < warm < 24
    assert -4 < cold < 7
    assert max(summer[0].at(t).radiation for t in summer[1]) > 2 * max(winter[0].at(t).radiation for t in winter[1])


def test_afternoons_are_warmer_than_nights(summer: tuple[Weather, list[float]]) -> None:
    weather, hours = summer
    states = [weather.at(t) for t in hours]
    assert mean(s.temperature_c for s in states if 14 <= s.hour < 17) > 3 + mean(
        s.temperature_c for s in states if 3 <= s.hour < 6
    )


@pytest.mark.parametrize("season", ["summer", "winter"])
def test_what_is_physically_impossible_does_not_happen(season: str, request: pytest.FixtureRequest) -> None:
    weather, hours = request.getfixturevalue(season)
    for t in hours:
        sky = weather.at(t)
        assert sky.dew_point_c < sky.temperature_c
        assert 0 < sky.wind < sky.gust < 45
        assert 0 <= sky.direction < 360
        assert 950 < sky.pressure_hpa < 1050
        assert 0 <= sky.radiation < 1100
        for place in (dense(), open_land()):
            assert 18 <= signals.humidity(sky, place, t) <= 99.5
            assert 0 < signals.fine_dust(sky, place, t) < signals.dust(sky, place, t) < 120
            assert 30 < signals.noise_level(sky, place, t) < 95
            assert 0 <= signals.parked(sky, place) <= 1
            assert 0 < signals.river(weather, place, t) < 5


def test_a_month_has_the_rain_of_a_wet_city(summer: tuple[Weather, list[float]]) -> None:
    weather, hours = summer
    assert 40 < weather.rain_total(hours[-1]) - weather.rain_total(hours[0]) < 250


def test_the_storm_is_the_worst_of_the_month_and_is_over_soon(summer: tuple[Weather, list[float]]) -> None:
    weather, hours = summer
    worst = max(hours, key=lambda t: weather.at(t).gust)
    assert abs(worst - weather.storm) <= HOUR
    assert weather.at(weather.storm).gust > 25
    assert weather.at(weather.storm + 8 * HOUR).gust < 17
    assert weather.rain_total(weather.storm + 2 * HOUR) - weather.rain_total(weather.storm - HOUR) > 25
    assert weather.at(weather.storm).lightning > 5


def test_river_and_soil_answer_to_the_storm(summer: tuple[Weather, list[float]]) -> None:
    weather, _ = summer
    place = dense()
    before, crest = (
        max(signals.river(weather, place, weather.storm + h * HOUR) for h in span) for span in (range(-12, 0), range(6))
    )
    assert crest > before + 0.8
    sky_before, sky_after = weather.at(weather.storm - 2 * HOUR), weather.at(weather.storm + 3 * HOUR)
    assert signals.soil_moisture(sky_after, place, weather.storm) > signals.soil_moisture(
        sky_before, place, weather.storm
    )


def test_the_dense_city_is_warmer_most_of_all_in_still_nights(summer: tuple[Weather, list[float]]) -> None:
    weather, hours = summer

    def excess(sky: Sky) -> float:
        return signals.heat_island(sky, dense()) - signals.heat_island(sky, open_land())

    states = sorted((weather.at(t) for t in hours), key=lambda sky: sky.still)
    assert 0 < mean(map(excess, states[:50])) < mean(map(excess, states[-50:])) < 5


def test_traffic_shows_in_nitrogen_dioxide_noise_and_counts(summer: tuple[Weather, list[float]]) -> None:
    weather, hours = summer
    place = dense()
    rush = [t for t in hours if weather.at(t).weekday < 5 and 16 <= weather.at(t).hour < 19]
    night = [t for t in hours if 2 <= weather.at(t).hour < 4]
    sunday = [t for t in hours if weather.at(t).weekday == 6 and 16 <= weather.at(t).hour < 19]
    for measure in (
        lambda t: signals.nitrogen_dioxide(weather.at(t), place, t, road=0.9) / (0.55 + 0.9 * weather.at(t).still),
        lambda t: signals.noise_level(weather.at(t), place, t),
        lambda t: signals.cars(weather.at(t), place),
    ):
        busy, quiet, rest = (mean(map(measure, times)) for times in (rush, night, sunday))
        assert busy > rest > quiet


def test_rain_washes_the_dust_and_keeps_cyclists_at_home() -> None:
    weather, hours = month(JULY)
    place = dense()
    sky = weather.at(hours[30])._replace(rain=0.0, washed=0.0)
    wet = sky._replace(rain=1.0, washed=0.9)
    assert signals.fine_dust(wet, place, hours[30]) < 0.6 * signals.fine_dust(sky, place, hours[30])
    assert signals.cyclists(wet, place) < 0.5 * signals.cyclists(sky, place)


def test_ozone_and_nitrogen_dioxide_go_against_each_other(summer: tuple[Weather, list[float]]) -> None:
    weather, hours = summer
    place = dense()
    pairs = [
        (signals.nitrogen_dioxide(weather.at(t), place, t, road=0.1), signals.ozone(weather.at(t), place, t))
        for t in hours
    ]
    a, b = mean(x for x, _ in pairs), mean(y for _, y in pairs)
    assert sum((x - a) * (y - b) for x, y in pairs) < 0


def test_where_there_are_more_permits_fuller_streets() -> None:
    weather, hours = month(JULY)
    near = [place for place in places() if place.pressure > 0]
    night = next(weather.at(t) for t in hours if 2 <= weather.at(t).hour < 3)
    full = sorted(near, key=lambda place: place.pressure)
    assert signals.parked(night, full[-1]) > signals.parked(night, full[0]) + 0.2
