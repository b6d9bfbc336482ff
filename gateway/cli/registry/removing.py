"""What was entered wrongly is taken out again: devices, sites, proposed sources."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.options import config_option
from gateway.cli.registry.common import change, person
from gateway.config import Settings

if TYPE_CHECKING:
    from gateway.registry.model import Entry
    from gateway.registry.windows import Window

_KINDS = {
    "Device": "Gerät / device", "Site": "Standort / site", "Source": "Quelle / source", "Identifier": "Kennung / id",
    "Installation": "Installation", "Fact": "Angabe / fact",
}  # fmt: skip
_STAYS = (
    "Journal und gespeicherte Messwerte bleiben, wie sie sind; Werte eines Geräts, das nicht eingetragen ist, zählen "
    "in keinem Gebiet. / The journal and stored readings stay as they are; readings of a device that is not "
    "registered are in no figure of areas."
)


@click.group()
def remove() -> None:
    """Falsch Eingetragenes entfernen; alles Genannte oder nichts. / Take out what was entered wrongly.

    Was einmal stimmte, wird beendet (retire, end, sources retire); eine Installation, die es nie gab, berichtigt
    correct --never. Jede entfernte Zeile steht ganz im Protokoll: audit --key ID --json.

    What was true once ends instead (retire, end, sources retire); an installation that never was is corrected
    (correct --never). Every removed row is in the audit log as a whole: audit --key ID --json.
    """


def _command(name: str, type_: str, help_: str) -> None:
    def run(settings: Settings, who: str, reason: str, ids: Sequence[str], dry_run: bool) -> None:
        from gateway.registry import model

        with change(settings, who, reason) as edit:
            removed = edit.remove(getattr(model, type_), ids)
            windows = edit.device_windows()
            if dry_run:
                edit.dry_run()
        _report(removed, windows, dry_run=dry_run)

    run.__doc__ = help_
    asked = click.argument("ids", metavar="ID...", nargs=-1, required=True)
    tried = click.option("--dry-run", is_flag=True, help="Nur zeigen, nichts entfernen. / Show only, remove nothing.")
    remove.command(name)(config_option(person(asked(tried(run)))))


_command(
    "device",
    "Device",
    "Geräte mit Kennungen, Installationen und Kalibrierungen. / Devices with their ids, installations, calibrations.",
)
_command(
    "site",
    "Site",
    "Standorte, an denen nie etwas hing. / Sites at which nothing ever hung.",
)
_command(
    "source",
    "Source",
    "Quellen ohne Geräte, die nie freigegeben waren. / Sources without devices that never were approved.",
)


def _report(removed: Iterable[Entry], windows: Iterable[Window], *, dry_run: bool) -> None:
    kinds: Counter[str] = Counter()
    for entry in removed:
        kind = _KINDS[type(entry).__name__]
        kinds[kind] += 1
        click.echo(f"{kind}: {_words(entry)}")
    for site, spans in sorted(_by_site(windows).items()):
        click.echo(f"neu berechnet / computed again: {site} {', '.join(spans)}")
    counts = ", ".join(f"{kind} {count}" for kind, count in kinds.items())
    click.echo(f"entfernt / removed: {counts}{' - Probelauf / dry run' if dry_run else ''}")
    if _KINDS["Device"] in kinds:
        click.echo(_STAYS)


def _by_site(windows: Iterable[Window]) -> dict[str, list[str]]:
    from gateway.registry.checks import end_of, period
    from gateway.registry.timeline import OPEN, Span, union

    spans: dict[str, list[Span]] = defaultdict(list)
    for window in windows:
        spans[window.site].append((window.start, end_of(window.stop)))
    return {
        site: [period(start, None if stop == OPEN else stop) for start, stop in union(pieces)]
        for site, pieces in spans.items()
    }


def _words(entry: Any) -> str:
    from gateway.registry.checks import period
    from gateway.registry.model import Fact, Identifier, Installation

    match entry:
        case Identifier():
            return f"{entry.identifier} ({entry.device})"
        case Installation():
            return f"{entry.device} {entry.channel} {entry.site} {period(entry.start, entry.stop)}"
        case Fact():
            where = f" {entry.site}" if entry.site else ""
            about = f"{entry.device} {entry.attribute} {entry.value:g} {entry.channel} {entry.quantity}"
            return f"{about}{where} {period(entry.start, entry.stop)}"
    said = getattr(entry, "name", "") or getattr(entry, "title", "")
    return f"{entry.id} {said}".rstrip()


COMMANDS = (remove,)
