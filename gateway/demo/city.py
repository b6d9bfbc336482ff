"""The simulated devices: what each is, where it hangs, and what it would measure at a given time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gateway.demo import weather

Values = Mapping[str, float]
PLACES = (
    "Elberfeld-Mitte", "Nordstadt", "Ostersbaum", "Südstadt", "Barmen-Mitte", "Loh", "Clausen", "Rott",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedDevice:
    """One device.

    Attributes:
        id: DevEUI, or the name of a device that is not LoRaWAN.
        decoder: id of its decoder; "" when it sends plain JSON.
        network: which form its messages come in: "chirpstack", "tts" or "plain".
        port: fPort.
        place: where it is said to hang; seeds its signals.
        values: Unix time → values in the units of its decoder.
        interval: seconds between two uplinks.
        ttn: brand and model as The Things Stack names them.
    """

    id: str
    decoder: str
    network: str
    port: int
    place: str
    values: Callable[[float], Values]
    interval: int = 600
    ttn: tuple[str, str] = ("", "")


def _climate(place: str) -> Callable[[float], Values]:
    return lambda t: {
        "air_temperature": weather.temperature(t, place),
        "relative_humidity": weather.humidity(t, place),
    }


def _with_battery(values: Callable[[float], Values], name: str, full: float, empty: float) -> Callable[[float], Values]:
    """Battery that empties over a year, whatever the unit."""
    return lambda t: {**values(t), name: full - (full - empty) * ((t / weather.YEAR) % 1)}


def _models(place: str) -> tuple[tuple[str, str, int, tuple[str, str], Callable[[float], Values]], ...]:
    """(decoder, network, port, TTS brand and model, values) of what hangs at one place."""
    climate = _climate(place)
    return (
        ("dragino-lht65n", "chirpstack", 2, ("dragino", "lht65n"), _with_battery(climate, "battery_voltage", 3.1, 2.7)),
        ("milesight-em300-th", "chirpstack", 85, ("milesight-iot", "em300-th"),
         _with_battery(climate, "battery_level", 100, 60)),
        ("elsys-ers", "tts", 5, ("elsys", "ers"),
         lambda t: {**climate(t), "illuminance": weather.irradiance(t) * 120, "motion_count": weather.people(t, place),
                    "battery_voltage": 3.6}),
        ("browan-tbhh100", "tts", 103, ("browan", "tbhh100"), _with_battery(climate, "battery_voltage", 3.6, 3.0)),
        ("milesight-ws302", "chirpstack", 85, ("milesight-iot", "ws302"),
         lambda t: {"sound_level_a@fast": weather.noise_level(t, place) + 1,
                    "sound_level_a_max@fast": weather.noise_level(t, place) + 9,
                    "sound_level_a_eq": weather.noise_level(t, place), "battery_level": 90}),
        ("decentlab-dl-pr26-0-1", "chirpstack", 1, ("decentlab", "dl-pr26-0-1"),
         lambda t: {"water_pressure": weather.river(t, place) * 0.0980665,
                    "water_temperature": 0.6 * weather.temperature(t - 6 * 3600, place) + 4, "battery_voltage": 3.1}),
        ("dragino-ldds75", "tts", 2, ("dragino", "ldds75"),
         lambda t: {"distance": weather.bin_distance(t, place) * 1000, "battery_voltage": 3.3}),
        ("milesight-em500-swl", "chirpstack", 85, ("milesight-iot", "em500-swl"),
         lambda t: {"liquid_depth": weather.river(t, place) * 100, "battery_level": 95}),
        ("", "plain", 0, ("", ""),
         lambda t: {"temperature": weather.temperature(t, place), "humidity": weather.humidity(t, place) / 100,
                    "pm2_5": 9 + 6 * weather.smooth(place, t, 7200), "pressure": weather.pressure(t)}),
    )  # fmt: skip


def _dl_atm41(place: str) -> Callable[[float], Values]:
    return lambda t: {
        "solar_irradiance": weather.irradiance(t),
        "precipitation": weather.rain(t),
        "lightning_count": 0,
        "wind_speed": 2.5 + 2 * weather.smooth("wind", t, 3600),
        "wind_from_direction": 225 + 60 * weather.smooth("direction", t, 7200),
        "wind_gust": 5 + 3 * weather.smooth("gust", t, 3600),
        "air_temperature": weather.temperature(t, place),
        "vapour_pressure": 1.1,
        "air_pressure": weather.pressure(t) / 10,
        "relative_humidity": weather.humidity(t, place) / 100,
        "internal_temperature": weather.temperature(t, place) + 2,
        "tilt_x": 0.4,
        "tilt_y": -0.2,
        "heading": 180,
        "wind_speed_north": 1.2,
        "wind_speed_east": 1.4,
        "battery_voltage": 3.2,
    }


def devices() -> list[SimulatedDevice]:
    """Every device of the demo city: nine at each place, and one weather station."""
    found = [
        SimulatedDevice(
            id=f"5a2700{row:02x}{column:02x}000000" if network != "plain" else f"wupp-{row:02d}-nbiot",
            decoder=decoder,
            network=network,
            port=port,
            place=place,
            values=values,
            ttn=ttn,
        )
        for row, place in enumerate(PLACES)
        for column, (decoder, network, port, ttn, values) in enumerate(_models(place))
    ]
    station = SimulatedDevice(
        id="5a2700ff00000000", decoder="decentlab-dl-atm41", network="chirpstack", port=1, place="Königshöhe",
        values=_dl_atm41("Königshöhe"), ttn=("decentlab", "dl-atm41"),
    )  # fmt: skip
    return [*found, station]
