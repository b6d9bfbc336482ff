"""`gateway atlas`: register deliveries, editions and classes. Heavy imports happen inside the commands."""

from __future__ import annotations

import click

from gateway.cli.atlas.classify import classify, methods
from gateway.cli.atlas.deliveries import datasets, demo, import_file, inbox
from gateway.cli.atlas.editions import compare, compute, explain, status
from gateway.cli.atlas.release import check, log, preview, release, withdraw


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def atlas() -> None:
    """Registerdaten: Lieferungen, Ausgaben, Klassen. / Register data: deliveries, editions, classes."""


for _command in (
    datasets, import_file, inbox, demo, status, compute, explain, compare, classify, methods, check, preview, release,
    withdraw, log,
):  # fmt: skip
    atlas.add_command(_command)
