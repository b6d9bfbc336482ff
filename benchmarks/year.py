"""A city for the aggregation's benchmarks: 1,000 series of all kinds, one observation of each every 10 minutes.

Devices send several quantities at once, as uplinks do: every 10 minutes at a moment of their own, give or take 2 s.
Sites carry several devices, some of them two of the same kind; they lie in 69 Quartiere, 10 Stadtbezirke and the
Stadt. 1 % of the observations are suspect, 0.1 % failed; counters run over, wind comes with its speed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import polars as pl

from gateway.aggregation import plan as planning
from gateway.aggregation.calendar import DAY_NS
from gateway.store.duckdb import DuckStore

START = 1_735_686_000_000_000_000  # 2025-01-01T00:00+01:00
MODULUS = 100_000.0
SITES = 160
QUARTIERE, BEZIRKE = 69, 10

KINDS: tuple[tuple[str, int, tuple[tuple[str, str], ...]], ...] = (
    ("weather", 40, (("", "air_temperature"), ("", "relative_humidity"), ("", "air_pressure"), ("", "precipitation"),
                     ("", "wind_speed"), ("", "wind_from_direction"), ("", "wind_gust"))),
    ("climate", 120, (("", "air_temperature"), ("", "relative_humidity"), ("", "battery_voltage"))),
    ("air", 40, (("", "pm2_5"), ("", "pm10"), ("", "no2"))),
    ("noise", 50, (("", "sound_level_a_eq"), ("", "sound_level_a_max"))),
    ("passage", 30, (("in", "people_count"), ("out", "people_count"))),
    ("meter", 20, (("", "energy"),)),
    ("parking", 15, (("", "parking_occupied"), ("", "parking_capacity"))),
    ("gauge", 20, (("", "water_level"),)),
    ("door", 10, (("", "contact"),)),
)  # fmt: skip
"""Name, number of devices, (channel, quantity) of what each sends: 1,000 series."""

_VALUES = {
    "air_pressure": "round(1000 + {r} * 30, 1)", "precipitation": "case when {r} < 0.05 then 0.2 else 0 end",
    "wind_from_direction": "floor({r} * 360)", "sound_level_a_eq": "round(40 + {r} * 40, 1)",
    "sound_level_a_max": "round(60 + {r} * 40, 1)", "people_count": "floor({r} * 30)",
    "energy": "(n * 37 + floor({r} * 20)) % 100000", "parking_occupied": "floor({r} * 80)", "parking_capacity": "80",
    "contact": "floor({r} * 1.2)", "battery_voltage": "round(3.2 + {r} * 0.4, 2)",
}  # fmt: skip
"""SQL of a value: `n` counts the rounds of 10 minutes, {r} is a random number of 0 to 1. Others: 5.00 to 25.00."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """What is measured with: for some days `times` 345 devices with 1,000 series, or the first `series` of them.

    Each device sends every `every` seconds.
    """

    days: float = 365
    times: int = 1
    series: int | None = None
    every: int = 600

    @property
    def stop(self) -> int:
        """End of the last day, ns."""
        return START + round(self.days * DAY_NS)

    @property
    def rounds(self) -> int:
        """How often each device sends."""
        return round(self.days * 86_400) // self.every

    @property
    def observations(self) -> int:
        """How many there are."""
        return self.names().height * self.rounds

    def names(self) -> pl.DataFrame:
        """Schema `gateway.aggregation.plan.SERIES`, numbered from 1 in the order of the devices."""
        rows = ((device, channel, quantity) for device, what in self.devices() for channel, quantity in what)
        numbered = [(number, *row) for number, row in enumerate(islice(rows, self.series), 1)]
        return pl.DataFrame(numbered, schema=planning.SERIES, orient="row")

    def devices(self) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
        """Name, and (channel, quantity) of what it sends, of each device."""
        for kind, count, what in KINDS:
            for number in range(count * self.times):
                yield f"{kind}{number:05d}", what

    def sites(self) -> list[str]:
        """Names of all sites."""
        return [f"site{number}" for number in range(SITES * self.times)]

    def installations(self) -> pl.DataFrame:
        """Every device hangs at its site for good."""
        sites = self.sites()
        rows = [(device, None, sites[at % len(sites)], False, 0, None) for at, (device, _) in enumerate(self.devices())]
        return pl.DataFrame(rows, schema=planning.INSTALLATIONS, orient="row")

    def facts(self) -> pl.DataFrame:
        """Counters run over."""
        nothing = dict.fromkeys(planning.FACTS) | {"start": 0}
        rows = [nothing | {"device": device, "modulus": MODULUS} for device, _ in self.devices() if "meter" in device]
        return pl.DataFrame(rows, schema=planning.FACTS, orient="row")

    def areas(self) -> pl.DataFrame:
        """Where the sites lie."""
        rows = [
            (site, area, level, 0, None)
            for number, site in enumerate(self.sites())
            for area, level in (
                (f"quartier:{number % QUARTIERE:02d}", "quartier"),
                (f"stadtbezirk:{number % QUARTIERE % BEZIRKE}", "stadtbezirk"), ("stadt", "stadt"),
            )
        ]  # fmt: skip
        return pl.DataFrame(rows, schema=planning.AREAS, orient="row")

    def plan(self) -> planning.Plan:
        """All of it put together."""
        sites = pl.DataFrame([(site, 150.0, False) for site in self.sites()], planning.SITES, orient="row")
        return planning.make_plan(
            self.names(), self.installations(), sites=sites, facts=self.facts(), areas=self.areas()
        )

    def queries(self, rounds: int = 2000) -> Iterator[str]:
        """SQL for the observations of some rounds each, in the order of arrival, as the store's rows.

        The query reads a table or a variable `named`, which holds `names()`.
        """
        senders = self.names()["device"].n_unique()
        values = " ".join(f"when '{name}' then {sql.format(r='r')}" for name, sql in _VALUES.items())
        for first in range(0, self.rounds, rounds):
            yield (
                f"with sending as (select *, hash(device) % {self.every * 1000} as phase, "
                f"dense_rank() over (order by hash(device) % {self.every * 1000}, device) as turn from named), "
                "drawn as (select *, random() as r, random() as q, phase + hash(device, n) % 2000 as ms "
                f"from sending, range({first}, {min(first + rounds, self.rounds)}) t(n)) "
                f"select series::integer as series, "
                f"({START} + n * {self.every}000000000 + ms * 1000000)::bigint as time, "
                f"(case quantity {values} else round(5 + r * 20, 2) end)::double as value, "
                "(case when q < 0.001 then 4 when q < 0.01 then 3 else 1 end)::utinyint as flag, "
                f"(n * {senders} + turn)::bigint as journal_offset from drawn order by time, series"
            )

    def fill(self, path: Path) -> None:
        """Make the store's file with everything in it."""
        store = DuckStore(path, memory_limit="1GB", threads=2)
        store.committed()
        named = self.names()
        with store._file.cursor() as db:  # noqa: SLF001 - fills by SQL what would take minutes through the front
            db.register("named", named.to_arrow())
            db.execute("insert into series select series, device, channel, quantity from named")
            for query in self.queries():
                db.execute(f"insert into observation {query}")
            db.execute("checkpoint")
        store.close()
