"""The kinds of devices that hang in the demo city: decoder, network, interval, data source, siting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.demo import measures
from gateway.demo.places import Place
from gateway.demo.weather import Weather
from gateway.registry.model import Siting

Values = Mapping[str, float]
Measure = Callable[[Weather, Place, str, float, float], dict[str, float]]
"""(weather, place, device, Unix time, interval in s) → values."""


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


_LEVEL, _LITHIUM, _TWO_CELLS = ("battery_level", 100, 55), ("battery_voltage", 3.6, 3.2), ("battery_voltage", 3.1, 2.75)
_MINUTES = 60


def _kind(use: str, label: str, decoder: str, network: str, port: int, minutes: int, measure: Measure,
          **more: Any) -> Kind:  # fmt: skip
    return Kind(use=use, label=label, decoder=decoder, network=network, port=port, interval=minutes * _MINUTES,
                measure=measure, **more)  # fmt: skip


_BACKGROUND, _TRAFFIC, _STREET, _INDOOR = Siting.BACKGROUND, Siting.TRAFFIC, Siting.STREET, Siting.INDOOR
KINDS: tuple[Kind, ...] = (
    _kind("climate", "Klima", "dragino-lht65n", "chirpstack", 2, 60, measures.climate,
          source="klima", siting=_BACKGROUND, battery=_TWO_CELLS),
    _kind("climate", "Klima", "milesight-em300-th", "tts", 85, 60, measures.climate,
          source="klima", siting=_BACKGROUND, battery=_LEVEL),
    _kind("climate", "Klima", "browan-tbhh100", "tts", 103, 60, measures.climate,
          source="klima", siting=_BACKGROUND, battery=_LITHIUM),
    _kind("climate", "Klima", "milesight-em300-th", "chirpstack", 85, 60, measures.climate,
          source="klima", siting=_BACKGROUND, battery=_LEVEL),
    _kind("noise", "Lärm", "milesight-ws302", "chirpstack", 85, 60, measures.sound_level,
          source="laerm", siting=_TRAFFIC, battery=_LEVEL),
    _kind("dust", "Feinstaub", "decentlab-dl-pm", "chirpstack", 1, 60, measures.particles,
          source="luft", siting=_BACKGROUND, battery=_TWO_CELLS, sensor_class=2),
    _kind("dust", "Feinstaub", "decentlab-dl-pm", "tts", 1, 60, measures.particles,
          source="luft", siting=_BACKGROUND, battery=_TWO_CELLS, sensor_class=3),
    _kind("air", "Luft", "", "plain", 0, 30, measures.station(0.9), source="luft", siting=_TRAFFIC, sensor_class=1),
    _kind("air", "Luft", "", "plain", 0, 30, measures.station(0.15), source="luft", siting=_BACKGROUND, sensor_class=1),
    _kind("weather", "Wetter", "decentlab-dl-atm41", "chirpstack", 1, 30, measures.atm41,
          source="wetter", siting=Siting.ROOF, battery=_TWO_CELLS),
    _kind("weather", "Wetter", "milesight-wts506", "tts", 85, 30, measures.wts,
          source="wetter", siting=Siting.ROOF, battery=_LEVEL),
    _kind("rain", "Regen", "decentlab-dl-tbrg", "tts", 1, 30, measures.rain_gauge,
          source="wetter", siting=_BACKGROUND, battery=_TWO_CELLS),
    _kind("soil", "Boden", "milesight-em500-smt", "chirpstack", 85, 120, measures.soil,
          source="boden", siting=Siting.GREEN, battery=_LEVEL),
    _kind("soil", "Boden", "dragino-lse01", "tts", 2, 120, measures.soil_probe,
          source="boden", siting=Siting.GREEN, battery=_LITHIUM, probes=("probe",)),
    _kind("tension", "Baum", "decentlab-dl-trs21", "chirpstack", 1, 120, measures.tension,
          source="boden", siting=Siting.GREEN, battery=_TWO_CELLS),
    _kind("river", "Pegel", "decentlab-dl-pr26-0-1", "chirpstack", 1, 30, measures.gauge,
          source="gewaesser", siting=Siting.WATER, battery=_TWO_CELLS),
    _kind("river", "Pegel", "milesight-em500-swl", "tts", 85, 30, measures.depth,
          source="gewaesser", siting=Siting.WATER, battery=_LEVEL),
    _kind("waste", "Glas", "dragino-ldds75", "tts", 2, 120, measures.glass,
          source="abfall", siting=_STREET, battery=_LITHIUM),
    _kind("waste", "Behälter", "milesight-ws201", "chirpstack", 85, 120, measures.container,
          source="abfall", siting=_STREET, battery=_LEVEL),
    _kind("waste", "Papier", "terabee-lora-lm-xl", "chirpstack", 1, 120, measures.paper,
          source="abfall", siting=_STREET, battery=_LITHIUM),
    _kind("bay", "Stellplatz", "bosch-tps110", "tts", 1, 60, measures.bay, source="parken", siting=Siting.PARKING),
    _kind("bay", "Stellplatz", "nwave-nps405", "chirpstack", 2, 60, measures.bay_magnet,
          source="parken", siting=Siting.PARKING, battery=("battery_voltage", 3.5, 3.1)),
    _kind("car park", "Parkhaus", "", "plain", 0, 30, measures.car_park,
          source="parken", siting=Siting.PARKING, capacity=measures.CAR_PARK),
    _kind("people", "Fußverkehr", "milesight-vs132", "chirpstack", 85, 60, measures.people,
          source="verkehr", siting=_STREET),
    _kind("people", "Fußverkehr", "parametric-pcr2", "tts", 14, 60, measures.radar,
          source="verkehr", siting=_STREET, battery=("battery_voltage", 7.4, 6.8)),
    _kind("bicycles", "Radverkehr", "", "plain", 0, 60, measures.bicycles, source="verkehr", siting=_STREET),
    _kind("vehicles", "Kfz", "", "plain", 0, 60, measures.vehicles, source="verkehr", siting=_TRAFFIC),
    _kind("energy", "Strom", "milesight-ws52x", "chirpstack", 85, 120, measures.energy,
          source="energie", siting=_INDOOR),
    _kind("water", "Wasser", "b-meters-iwm-lr3", "tts", 1, 120, measures.water, source="wasser", siting=_INDOOR,
          modulus=measures.WATER_ROLLS / 1000, private=True),
    _kind("room", "Raumluft", "milesight-am103", "chirpstack", 85, 60, measures.room,
          source="gebaeude", siting=_INDOOR, battery=_LEVEL),
    _kind("room", "Klassenraum", "browan-cd10", "tts", 127, 60, measures.classroom,
          source="gebaeude", siting=_INDOOR, battery=_LITHIUM),
    _kind("door", "Tür", "browan-tbdw100", "tts", 100, 180, measures.door,
          source="gebaeude", siting=_INDOOR, battery=_LITHIUM),
    _kind("door", "Schaltschrank", "milesight-ws301", "chirpstack", 85, 180, measures.cabinet,
          source="gebaeude", siting=_INDOOR, battery=_LEVEL),
    _kind("door", "Keller", "browan-tbwl100", "tts", 106, 180, measures.cellar,
          source="gebaeude", siting=Siting.UNDERGROUND, battery=_LITHIUM),
    _kind("phones", "WLAN-Zählung", "opensource-esp32-paxcounter", "tts", 1, 60, measures.phones,
          source="wlan-zaehlung", siting=_STREET),
)  # fmt: skip
"""In the order of their codes in device ids; the kinds of a use stand together."""
