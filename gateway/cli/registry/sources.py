"""Data sources, their approval, and the catalogue of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli.options import config_option
from gateway.cli.registry.common import FILE, change, opened, person, print_table, time_text
from gateway.config import Settings

if TYPE_CHECKING:
    from gateway.registry.model import Source


@click.group()
def sources() -> None:
    """Datenquellen und ihre Freigabe. / Data sources and their approval."""


@sources.command("list")
@config_option
def list_sources(settings: Settings) -> None:
    """Alle Quellen. / All sources."""
    from gateway.registry.model import Source

    with opened(settings) as found:
        rows = [
            (row.id, row.title, row.status, row.privacy, row.controller, row.approved_by or "-",
             time_text(row.approved_at),
             ", ".join(f"{quantity}: {level}" for quantity, level in row.publication) or "-")
            for row in found.entries(Source)
        ]  # fmt: skip
    print_table(("Quelle / source", "Titel / title", "Stand / status", "Klasse / class", "Verantwortlich / controller",
            "freigegeben / approved by", "am / at", "Veröffentlichung / publication"), rows)  # fmt: skip


@sources.command()
@config_option
@person
@click.argument("file", type=FILE)
def propose(settings: Settings, who: str, reason: str, file: Path) -> None:
    """Eine Quelle aus einer TOML-Datei vorschlagen oder ändern. / Propose or change a source."""
    from gateway.registry.sources import read_source

    with change(settings, who, reason) as edit:
        _said(edit.propose(read_source(file)))


def _step(name: str, help_: str) -> None:
    def run(settings: Settings, who: str, reason: str, source: str) -> None:
        with change(settings, who, reason) as edit:
            _said(getattr(edit, "retire_source" if name == "retire" else name)(source))

    run.__doc__ = help_
    sources.command(name)(config_option(person(click.argument("source")(run))))


def _said(source: Source) -> None:
    click.echo(f"{source.id}: {source.status}")


_step("approve", "Eine Quelle freigeben (nicht, wer sie vorschlug). / Approve a source (not by its proposer).")
_step("activate", "Eine freigegebene Quelle in Betrieb nehmen. / Put an approved source into operation.")
_step("retire", "Eine Quelle beenden. / End a source.")


@click.command()
@config_option
@click.option("--format", "format_", type=click.Choice(["turtle", "jsonld"]), default="turtle", show_default=True)
@click.option("--internal", is_flag=True, help="Auch nicht freigegebene Quellen. / Sources that are not approved, too.")
def catalogue(settings: Settings, format_: str, internal: bool) -> None:
    """Katalog der Quellen als DCAT-AP.de. / Catalogue of the sources as DCAT-AP.de."""
    from gateway.registry import catalogue as dcat
    from gateway.registry.model import Owner, Source

    with opened(settings) as found:
        owners = {owner.id: owner for owner in found.entries(Owner)}
        triples = dcat.catalogue(settings.registry.catalogue, found.entries(Source), owners, public=not internal)
    click.echo(dcat.turtle(triples) if format_ == "turtle" else dcat.json_ld(triples), nl=False)


COMMANDS = (sources, catalogue)
