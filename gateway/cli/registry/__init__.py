"""`gateway registry`: devices, sites, installations, areas, sources. Heavy imports happen inside the commands.

common.py    who changes, opening the database, tables on the screen
tables.py    import and export of whole tables
entries.py   tenants, owners, sites, devices and their further ids: list, add, change
hanging.py   where devices hang: install, take down, move, retire, mobile
facts.py     what holds for a time: intervals, classes, calibrations
areas.py     boundaries: check, load, list, write out
removing.py  taking out what was entered wrongly
sources.py   data sources, their approval, their catalogue
upkeep.py    the audit log, the version of the tables
"""

from __future__ import annotations

import click

from gateway.cli.registry import areas, entries, facts, hanging, removing, sources, tables, upkeep


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def registry() -> None:
    """Geräte, Standorte, Installationen, Gebiete, Quellen. / Devices, sites, installations, areas, sources.

    Jede Änderung steht mit Name und Grund im Protokoll (audit). Zeiten ohne Zone gelten in Ortszeit; Zeiträume enden
    vor ihrem zweiten Zeitpunkt.

    Every change is in the audit log with name and reason. Times without a zone are local; intervals are half-open.
    """


for _command in (
    *tables.COMMANDS, *entries.COMMANDS, *hanging.COMMANDS, *facts.COMMANDS, *removing.COMMANDS, *areas.COMMANDS,
    *sources.COMMANDS, *upkeep.COMMANDS,
):  # fmt: skip
    registry.add_command(_command)
