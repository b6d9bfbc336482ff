"""What holds for a device for a time: expected interval, class, counter, capacity, calibration."""

from __future__ import annotations

import re
from typing import Any

import click

from gateway.cli.options import config_option
from gateway.cli.registry.common import change, channel_option, interval, person, said
from gateway.config import Settings

_UNITS = {"": 1, "s": 1, "min": 60, "h": 3600, "d": 86400}
_FACTS = {"expected": "expected", "interval": "expected", "class": "sensor_class", "modulus": "modulus",
          "capacity": "capacity", "stamps-start": "stamps_start"}  # fmt: skip


class Number(click.ParamType[float]):
    """A number with decimal comma or point, and perhaps a unit of time: 600, 10min, 0,98."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Text to a number in SI units."""
        if isinstance(value, float | int):
            return float(value)
        match = re.fullmatch(r"([-+]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?)\s*(s|min|h|d|)", value.strip())
        if match is None:
            self.fail(f"{value!r} ist keine Zahl / is no number (600, 10min, 0.98)", param, ctx)
        return float(match[1].replace(",", ".")) * _UNITS[match[2]]


@click.command()
@config_option
@person
@click.argument("device")
@click.argument("name", type=click.Choice(list(_FACTS)))
@click.argument("value", type=Number(), required=False)
@interval
@channel_option
@click.option("--clear", is_flag=True, help="In dieser Zeit nichts bekannt. / Nothing known in that time.")
def fact(
    settings: Settings, who: str, reason: str, device: str, name: str, value: float | None, start: int,
    stop: int | None, channel: str, clear: bool,
) -> None:  # fmt: skip
    """Was in einem Zeitraum gilt; davor und danach bleibt es, wie es war. / What holds in an interval.

    \b
    expected      erwartetes Intervall: 600, 10min / expected interval
    class         Sensorklasse 1, 2, 3 nach CEN/TS 17660 / sensor class
    modulus       Zählerumfang / where a counter begins again
    capacity      Stellplätze / parking places
    stamps-start  1: das Gerät stempelt den Beginn seiner Periode / the device stamps the start of its period
    """  # noqa: D301 - \b is how click is told to keep lines as they are
    from gateway.registry.checks import device_id
    from gateway.registry.model import Fact

    if (value is None) != clear:
        raise click.UsageError("WERT oder --clear / VALUE or --clear")
    with change(settings, who, reason) as edit:
        new = Fact(
            device=device_id(device), channel=channel, attribute=_FACTS[name], start=start, stop=stop,
            value=1.0 if value is None else value,
        )  # fmt: skip
        said(edit.set_fact(new, clear=clear), f"{device} {name}")


@click.command(context_settings={"ignore_unknown_options": True})
@config_option
@person
@click.argument("device")
@click.argument("quantity")
@click.option("--factor", type=Number(), default=1.0, show_default=True, help="Wert · Faktor + Versatz.")
@click.option("--offset", type=Number(), default=0.0, show_default=True, help="In der Einheit der Größe. / Its unit.")
@interval
@channel_option
@click.option("--site", default="", help="Nur solange es dort hängt. / Only while it hangs there.")
def calibrate(
    settings: Settings, who: str, reason: str, device: str, quantity: str, factor: float, offset: float, start: int,
    stop: int | None, channel: str, site: str,
) -> None:  # fmt: skip
    """Kalibrierung in einem Zeitraum: Wert · Faktor + Versatz. / Calibration in an interval."""
    from gateway.registry.checks import device_id

    with change(settings, who, reason) as edit:
        changed = edit.calibrate(
            device_id(device), quantity, factor=factor, shift=offset, channel=channel, site=site, start=start, stop=stop
        )
        said(changed, f"{device} {quantity}")


COMMANDS = (fact, calibrate)
