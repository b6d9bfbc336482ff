"""`gateway atlas datasets`, `import`, `inbox`, `demo`: what arrives."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli.atlas.common import DAY, FILE, bounded, database_option, person_option, told, told_moves

if TYPE_CHECKING:
    from gateway.atlas.edition_status import Imported
    from gateway.atlas.people import Person
    from gateway.atlas.registers import Registers


@click.command()
@database_option
def datasets(registers: Registers, people: Path) -> None:  # noqa: ARG001 - every command is handed it
    """Datensätze und Atlanten. / Datasets and products."""
    for dataset in registers.definitions.datasets.values():
        click.echo(f"{dataset.id} {dataset.version}: {dataset.title.de} / {dataset.title.en}")
        click.echo(f"    {dataset.sender}; {dataset.legal.basis}")
        for variable in dataset.variable:
            groups = ", ".join(variable.groups)
            click.echo(f"    {variable.name} [{variable.unit}] ({groups}), min_cell {variable.min_cell}")
    for product in registers.definitions.products.values():
        click.echo(f"{product.id} {product.version}: {product.title.de} / {product.title.en}")
        for variant in product.variant:
            click.echo(f"    {variant.id}: {variant.method}")


@click.command("import")
@click.argument("file", type=FILE)
@click.option("--dataset", required=True)
@click.option("--stichtag", required=True, type=DAY)
@click.option("--replace", default="", help="Grund, eine angenommene Lieferung zu ersetzen. / Why one is replaced.")
@click.option("--confirm-jumps", is_flag=True, help="Sprünge sind geprüft und richtig. / Jumps were checked.")
@database_option
@person_option
def import_file(
    registers: Registers,
    person: Person,
    file: Path,
    dataset: str,
    stichtag: datetime,
    replace: str,
    confirm_jumps: bool,
) -> None:
    """Eine Lieferung übernehmen; die letzte löst die Berechnung aus. / Take a delivery over."""
    found = registers.import_delivery(
        bounded(file), file.name, dataset, stichtag.date(), person, replace=replace, confirm_jumps=confirm_jumps
    )
    _told_import(registers, found)


def _told_import(registers: Registers, found: Imported) -> None:
    """What was taken over, what it led to with the changed classes, and what an edition still waits for."""
    kept = found.delivery
    click.echo(f"{kept.dataset} {kept.stichtag} #{kept.id} {kept.file_name} sha256 {kept.sha256}")
    for product, day, identity in found.computed:
        click.echo(f"berechnet / computed: {product} {day} #{identity}")
        told_moves(registers.edition(identity)["changes"]["revision"] or {})
    for problem in found.failed:
        click.echo(f"nicht berechnet / not computed: {problem}", err=True)
    for status in registers.status(all_dates=True):
        waits = status.stichtag == kept.stichtag and status.missing
        if waits and kept.dataset in registers.product(status.product).datasets:
            click.echo(status.said())


@click.command()
@click.argument("folder_to_watch", type=click.Path(exists=True, file_okay=False, path_type=Path))
@database_option
def inbox(registers: Registers, people: Path, folder_to_watch: Path) -> None:  # noqa: ARG001 - see `datasets`
    """Einen Eingangsordner beobachten (DATENSATZ_JJJJ-MM-TT….csv). / Watch a folder."""
    import asyncio

    from gateway.app import signals
    from gateway.atlas.inbox import Handled, Inbox, watch

    def told(handled: Handled) -> None:
        if handled.imported is None:
            click.echo(f"{handled.file}: {handled.problem}", err=True)
        else:
            _told_import(registers, handled.imported)

    async def main() -> None:
        stop = asyncio.Event()
        signals.take(stop.set)
        keeping = asyncio.create_task(signals.keep(stop.set))
        await watch(Inbox(registers, folder_to_watch), told, stop)
        keeping.cancel()

    asyncio.run(main())


@click.command()
@click.argument("target", type=click.Path(file_okay=False, path_type=Path))
def demo(target: Path) -> None:
    """Erfundene Lieferungen für drei Jahre schreiben. / Write invented deliveries for three years."""
    from gateway.atlas.definitions import load_definitions
    from gateway.atlas.demo.generator import samples

    with told():
        target.mkdir(parents=True, exist_ok=True)
        for sample in samples(load_definitions().areas["wuppertal"]):
            (target / sample.name).write_bytes(sample.content)
            click.echo(str(target / sample.name))
    click.echo("Alle Werte sind erfunden. / All values are invented.", err=True)
