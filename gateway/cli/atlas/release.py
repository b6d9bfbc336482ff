"""`gateway atlas check`, `preview`, `release`, `withdraw`, `log`: what people decide, and the record of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli.atlas.common import database_option, person_option

if TYPE_CHECKING:
    from gateway.atlas.people import Person
    from gateway.atlas.registers import Registers


@click.command()
@click.argument("edition", type=int)
@database_option
@person_option
def check(registers: Registers, person: Person, edition: int) -> None:
    """Eine vorläufige Ausgabe als geprüft erklären. / Declare a provisional edition checked."""
    registers.check(edition, person)
    click.echo(f"#{edition}: checked")


@click.command()
@click.argument("edition", type=int)
@database_option
@person_option
def preview(registers: Registers, person: Person, edition: int) -> None:
    """Was eine Freigabe veröffentlichen würde (intern). / What a release would publish."""
    found = registers.preview(edition, person)
    click.echo(f"#{edition}: {found.shown} shown, {len(found.suppressed)} suppressed, {len(found.exposed)} exposed")
    for key in found.suppressed:
        click.echo(f"  • {key}")
    for told in found.exposed:
        click.echo(f"  ableitbar / could be derived: {told}")
    _told_differing(found.class_differs)


def _told_differing(differs: Mapping[str, Sequence[str]]) -> None:
    for variant, areas in differs.items():
        if areas:
            told = ", ".join(areas)
            click.echo(
                f"{variant}: öffentliche Klasse anders als interne / public class is not the internal one: {told}"
            )


@click.command()
@click.argument("edition", type=int)
@database_option
@person_option
def release(registers: Registers, person: Person, edition: int) -> None:
    """Geheimhaltung prüfen und freigeben. / Audit confidentiality and release."""
    from gateway.atlas.errors import AuditFailedError

    try:
        found = registers.release(edition, person)
    except AuditFailedError as error:
        for cell in error.cells:
            click.echo(f"intern / internal: {cell}", err=True)
        raise
    click.echo(f"#{edition}: released, {len(found.facts.shown)} shown, {len(found.facts.hidden)} suppressed")
    _told_differing(registers.log()[-1]["detail"]["class_differs"])


@click.command()
@click.argument("kind", type=click.Choice(["edition", "delivery"]))
@click.argument("number", type=int)
@click.option("--reason", required=True)
@database_option
@person_option
def withdraw(registers: Registers, person: Person, kind: str, number: int, reason: str) -> None:
    """Eine freigegebene Ausgabe oder eine Lieferung zurückziehen. / Withdraw an edition or a delivery."""
    if kind == "edition":
        registers.withdraw(number, person, reason)
    else:
        registers.withdraw_delivery(number, person, reason)
    click.echo(f"{kind} #{number}: withdrawn")


@click.command()
@database_option
def log(registers: Registers, people: Path) -> None:  # noqa: ARG001 - see `datasets`
    """Protokoll aller Schritte (intern). / The audit log (internal)."""
    for entry in registers.log():
        click.echo(f"{entry['at']} {entry['person']}: {entry['action']} {entry['subject']} {entry['detail']}")
