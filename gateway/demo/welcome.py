"""What the demo says to a person: where to look, and that everything is invented. German first, English second."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

from gateway.atlas.demo.generator import YEARS
from gateway.demo.city import City
from gateway.demo.faults import Fault, Faults
from gateway.demo.weather import BERLIN, DAY

FIRST = "Die Demo-Stadt wird eingerichtet … / setting up the demo city …"
AGAIN = "Die Demo-Stadt geht weiter, wo sie war … / the demo city goes on where it was …"
PAST = "Rückblick / history"
COUNTING = "Kennzahlen werden gerechnet / figures are being computed"
LIVE = "live"


def ready(data: Path, http_port: int, city: City, broker_port: int, *, first: bool) -> str:
    """As soon as the server answers; `first`: nothing of the past is there yet."""
    days = f"{city.days:g}"
    past = (
        f"Die letzten {days} Tage laufen jetzt durch Journal, Decoder, Datenbank und Kennzahlen; abfragen geht schon.\n"
        f"The last {days} days now pass through journal, decoders, database and figures; you can ask already."
    )
    since = (
        "Was seit dem letzten Mal geschah, wird nachgeholt; abfragen geht schon.\n"
        "What happened since the last time is being made up for; you can ask already."
    )
    return f"""
Quartier-Gateway: Demo-Stadt / demo city: {len(city.devices)} Sensoren/sensors, 69 Quartiere
ALLE WERTE SIND ERFUNDEN / ALL VALUES ARE INVENTED

  Zustand / state     http://127.0.0.1:{http_port}/readyz      http://127.0.0.1:{http_port}/metrics
  Daten / data        {data}      MQTT 127.0.0.1:{broker_port}

{past if first else since}
"""


def complete(data: Path, http_port: int, city: City, now: float, messages: int, seconds: float) -> str:
    """When the past up to `now` (Unix time) is there."""
    base = f"http://127.0.0.1:{http_port}/v1"
    config = f"--config {data}/gateway.toml"
    storm = datetime.fromtimestamp(city.storm, BERLIN)
    first, today = _day(max(city.ago(1), now - 30 * DAY)), _day(now)
    window = f"from={first + timedelta(days=1)}&to={today}"
    monday = today - timedelta(days=today.weekday() + 7)
    week = f"period=week&from={monday}&to={monday + timedelta(days=7)}"
    if city.days < 14:
        week = f"period=day&from={today - timedelta(days=1)}&to={today}"
    around = f"from={storm.date() - timedelta(days=1)}&to={storm.date() + timedelta(days=2)}"
    year = f"{YEARS[-1]}-12-31"
    sbg = f"sozialdatenatlas:sgb2_rate@{year}"
    permits = f"bewohnerparken:permits_per_space@{year}"
    found = [str(sick.fault) for sick in Faults(city).sick.values() if _shown(sick.fault)]
    wrong = ", ".join(dict.fromkeys(found))
    return f"""
Fertig nach {seconds:.0f} s: {messages} Nachrichten aus der Vergangenheit, ab jetzt live.
Done after {seconds:.0f} s: {messages} messages of the past, live from now on.

ALLE WERTE SIND ERFUNDEN, auch die Register / ALL VALUES ARE INVENTED, the registers too

Kennzahlen je Quartier / figures per Quartier
  {base}/aggregates?quantity=air_temperature&level=quartier&period=day&{window}
  {base}/aggregates?quantity=pm2_5,no2,o3&level=stadtbezirk&period=day&{window}&format=csv
  {base}/aggregates?quantity=people_count,bicycle_count,vehicle_count&level=stadt&period=day&{window}
  {base}/areas?level=quartier&format=geojson        (Kacheln, schematisch / tiles, schematic)
Der Sturm / the storm: {storm:%d.%m.%Y %H:%M}
  {base}/aggregates?quantity=wind_gust,precipitation,lightning_count&stat=value,max&level=stadt&period=hour&{around}
  {base}/aggregates?quantity=liquid_depth&stat=worst_class&level=stadt&period=hour&{around}   (Warnklassen 0-3)
  {base}/observations?device={_brook(city)}&quantity=liquid_depth&{around}&format=csv
Grenzwerte und Indizes / limits and indices
  {base}/indicators
  {base}/indicators?indicator=pm2_5_day_who,no2_day_who&level=quartier&{window}
Register / registers (drei Jahre/three years, 69 Quartiere)
  {base}/registers
  {base}/registers/sozialdatenatlas/{year}/classes?format=csv
Register neben Sensoren / registers beside sensors
  {base}/joint?register={sbg}&quantity=air_temperature,pm2_5,sound_level_a_eq&{week}&format=csv
  {base}/joint?register={permits}&quantity=occupancy&{week}
  {base}/correlation?x={permits}&y=occupancy&{week}
Was nicht stimmt / what is wrong ({len(found)} Geräte/devices: {wrong})
  gateway devices status --faulty {config}
  gateway deadletters list {config}
Dasselbe auf der Kommandozeile / the same on the command line
  gateway query aggregates quantity=air_temperature level=quartier period=day format=csv {config}
  gateway registry sources list {config}
  Die Quelle wlan-zaehlung ist nicht freigegeben: ihre Werte bleiben im Journal.
  The source wlan-zaehlung is not approved: its values stay in the journal.

Ende mit / stop with Ctrl-C; der nächste Start geht weiter / the next start goes on (--fresh: von vorn / anew)
"""


def _brook(city: City) -> str:
    """A depth gauge."""
    return next(device.id for device in city.devices if device.kind.decoder == "milesight-em500-swl")


def _day(t: float) -> date:
    return datetime.fromtimestamp(t, BERLIN).date()


def _shown(fault: Fault) -> bool:
    return fault not in {Fault.LOGGER, Fault.ABROAD, Fault.RESET}
