"""`gateway atlas status`, `compute`, `explain`, `compare`: what was computed, and why."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli.atlas.common import DAY, database_option, read_internally, told_moves

if TYPE_CHECKING:
    from gateway.atlas.registers import Registers


@click.command()
@click.option("--all", "all_dates", is_flag=True, help="Auch Stichtage vor der ersten Lieferung.")
@click.option("--today", type=DAY, help="Als wäre es dieser Tag. / As if it were this day.")
@database_option
def status(registers: Registers, people: Path, all_dates: bool, today: datetime | None) -> None:  # noqa: ARG001 - see `datasets`
    """Ausgaben: was fehlt seit wann, was ist berechnet, was freigegeben. / Where editions stand."""
    for line in registers.remind(today.date() if today else None):
        click.echo(line)
    for entry in registers.status(today.date() if today else None, all_dates=all_dates):
        click.echo(entry.said())


@click.command()
@click.argument("product")
@click.argument("stichtag", type=DAY)
@database_option
def compute(registers: Registers, people: Path, product: str, stichtag: datetime) -> None:  # noqa: ARG001 - see `datasets`
    """Eine Ausgabe neu berechnen (sonst von selbst). / Compute an edition anew."""
    identity = registers.compute(product, stichtag.date())
    edition = registers.edition(identity)
    click.echo(f"{product} {stichtag:%Y-%m-%d} #{identity} Revision {edition['revision']}: {edition['state']}")
    told_moves(edition["changes"]["revision"] or {})
    for warning in edition["warnings"]:
        click.echo(warning)


@click.command()
@click.argument("product")
@click.argument("stichtag", type=DAY)
@click.argument("area")
@click.option("--variant", default="all", show_default=True)
@click.option("--internal", is_flag=True, help="Mit geheimen Werten, neueste Revision. / With confidential values.")
@database_option
def explain(
    registers: Registers,
    people: Path,  # noqa: ARG001 - see `datasets`
    product: str,
    stichtag: datetime,
    area: str,
    variant: str,
    internal: bool,
) -> None:
    """Der Weg eines Gebiets von den Zahlen zur Klasse. / An area's way from numbers to class."""
    from gateway.atlas.errors import AtlasError
    from gateway.atlas.explain import explain as steps_of

    edition = registers.find(product, stichtag.date(), public=not internal)
    if internal:
        read_internally(registers, f"explain {product} {stichtag:%Y-%m-%d} {variant} {area}")
    results = edition["results"] if internal else edition["public"]["variants"]
    if variant not in results:
        raise AtlasError(f"{variant!r}: {', '.join(results)}")
    for step in steps_of(results[variant], area):
        click.echo(f"{step.step:14} {step.what:32} {step.formula:60} {step.value}".rstrip())


@click.command()
@click.argument("product")
@click.argument("stichtag", type=DAY)
@click.option("--with", "other", type=DAY, help="Ein anderer Stichtag. / Another reference date.")
@click.option("--method", help="Eine andere Methode auf denselben Daten. / Another method on the same data.")
@click.option("--variant", default="all", show_default=True)
@database_option
def compare(
    registers: Registers,
    people: Path,  # noqa: ARG001 - see `datasets`
    product: str,
    stichtag: datetime,
    other: datetime | None,
    method: str | None,
    variant: str,
) -> None:
    """Ausgabe gegen Ausgabe oder Methode gegen Methode (intern). / Edition or method against another."""
    from gateway.atlas import compare as engine
    from gateway.atlas.edition_data import inputs_table
    from gateway.atlas.errors import AtlasError
    from gateway.atlas.methods import load

    edition = registers.find(product, stichtag.date())
    read_internally(registers, f"compare {product} {stichtag:%Y-%m-%d}")
    definition = registers.product(product)
    if (other is None) == (method is None):
        raise AtlasError("--with STICHTAG | --method NAME|FILE")
    if other is not None:
        before = registers.find(product, other.date())
        told_moves(engine.moves(before["results"], edition["results"]))
        days = (other.date(), stichtag.date())
        for warning in engine.series_break(before["results"], edition["results"], definition.breaks, *days):
            click.echo(warning)
        return
    chosen = next((entry for entry in definition.variant if entry.id == variant), None)
    if chosen is None:
        raise AtlasError(f"{variant!r}: {', '.join(entry.id for entry in definition.variant)}")
    data = {name: registers.values(name, stichtag.date()) or {} for name in definition.datasets}
    areas = registers.definitions.areas[definition.areas]
    first, second = registers.definitions.methods[chosen.method], load(method or "")
    pairs = engine.compare_methods(first, second, inputs_table(chosen, areas, data))
    for area, (before_label, after_label) in pairs.items():
        if before_label != after_label:
            click.echo(f"  {area}: {before_label or '-'} → {after_label or '-'}")
