"""Faults in words, German and English; numbers with the decimal sign of the language, times on the local clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from gateway.model import SECOND_NS
from gateway.monitoring.digest import News
from gateway.monitoring.model import AWAITED, OK, UNREGISTERED, Condition, Finding
from gateway.quantities import QUANTITIES

MOST_LINES = 200
"""Faults of each kind that a message lists; the rest is a number and the command that shows it."""
NAME_LENGTH = 100

LABELS: Mapping[str, tuple[str, str]] = {
    Condition.SOURCE_SILENT: ("Quelle stumm", "source silent"),
    Condition.SILENT: ("stumm", "silent"),
    Condition.NEVER_HEARD: ("nie gehört", "never heard"),
    Condition.DECODE_FAILURE: ("nicht lesbar", "not decodable"),
    Condition.CLOCK_FAULT: ("Uhr falsch", "clock wrong"),
    Condition.RESTARTS: ("startet immer neu", "keeps restarting"),
    Condition.COUNTER_BACKWARDS: ("Zähler läuft rückwärts", "counter runs backwards"),
    Condition.DRIFT: ("weicht ab", "drifts"),
    Condition.FLAT_LINE: ("Wert steht", "flat line"),
    Condition.LOW_BATTERY: ("Batterie schwach", "battery low"),
    Condition.LATE: ("überfällig", "late"),
    AWAITED: ("erwartet", "awaited"),
    OK: ("ok", "ok"),
    UNREGISTERED: ("nicht eingetragen", "not registered"),
}
"""State → German, English."""
RANK: Mapping[Condition, int] = {condition: rank for rank, condition in enumerate(Condition)}
"""The worst first."""


def plain(text: str) -> str:
    """Names come from devices and networks: one line of bounded length, without control characters."""
    return "".join(c if c.isprintable() else " " for c in text[:NAME_LENGTH]).strip()


def moment(ns: int, zone: ZoneInfo) -> str:
    """Local time to the minute, with offset."""
    return datetime.fromtimestamp(ns // SECOND_NS, UTC).astimezone(zone).isoformat(sep=" ", timespec="minutes")


def _number(value: float | None, *, german: bool) -> str:
    text = "?" if value is None else f"{value:.4g}"
    return text.replace(".", ",") if german else text


def _percent(value: float | None, *, german: bool) -> str:
    return f"{_number(None if value is None else round(100 * value, 1), german=german)} %"


def duration(seconds: float | None, *, german: bool) -> str:
    """Days, hours, minutes or seconds, whichever suits."""
    for size, unit, einheit in ((86400, "d", "Tg."), (3600, "h", "h"), (60, "min", "min")):
        if seconds is not None and seconds >= size:
            return f"{_number(seconds / size, german=german)} {einheit if german else unit}"
    return f"{_number(seconds, german=german)} s"


def _subject(subject: str, *, german: bool) -> str:
    name, _, channel = subject.partition(" ")
    row = QUANTITIES.get(name)
    label = name if row is None else row.de if german else row.en
    return f"{label} ({plain(channel)})" if channel else label


def _unit(subject: str) -> str:
    row = QUANTITIES.get(subject.partition(" ")[0])
    code = row.unit if row else ""
    return {"": "", "1": "", "Cel": " °C"}.get(code, f" {code}")


_ABSENT = ("{label} seit {since} (Grenze {span})", "{label} since {since} (limit {span})")
_SHARE = ("{label}: {share} der Nachrichten", "{label}: {share} of its messages")
_TEXTS: Mapping[Condition, tuple[str, str]] = {
    Condition.SOURCE_SILENT: ("{label} seit {since}: {share} ihrer Geräte", "{label} since {since}: {share} of them"),
    Condition.SILENT: _ABSENT,
    Condition.LATE: _ABSENT,
    Condition.NEVER_HEARD: ("{label}, bekannt seit {since}", "{label}, known since {since}"),
    Condition.DECODE_FAILURE: _SHARE,
    Condition.CLOCK_FAULT: _SHARE,
    Condition.RESTARTS: ("{label}: {value}-mal", "{label}: {value} times"),
    Condition.COUNTER_BACKWARDS: (
        "{label}: {subject}, {value}-mal seit {since}",
        "{label}: {subject}, {value} times since {since}",
    ),
    Condition.DRIFT: (
        "{label}: {subject} {value}{unit} neben den Nachbarn (Grenze {limit}{unit})",
        "{label}: {subject} {value}{unit} from its neighbours (limit {limit}{unit})",
    ),
    Condition.FLAT_LINE: (
        "{label}: {subject} {value}{unit} seit {since}",
        "{label}: {subject} {value}{unit} since {since}",
    ),
    Condition.LOW_BATTERY: (
        "{label}: {subject} {value}{unit} (Grenze {limit}{unit})",
        "{label}: {subject} {value}{unit} (limit {limit}{unit})",
    ),
}


def explained(finding: Finding, zone: ZoneInfo, *, german: bool) -> str:
    """What is wrong, without the device's name: "stumm seit 2026-11-22 18:03+01:00 (Grenze 31 min)"."""
    key = finding.key
    language = 0 if german else 1
    return _TEXTS[key.condition][language].format(
        label=LABELS[key.condition][language],
        since=moment(finding.since, zone),
        span=duration(finding.limit, german=german),
        share=_percent(finding.value, german=german),
        subject=_subject(key.subject, german=german),
        value=_number(finding.value, german=german),
        limit=_number(finding.limit, german=german),
        unit=_unit(key.subject),
    )


def line(finding: Finding, names: Mapping[str, str], zone: ZoneInfo, *, german: bool) -> str:
    """One fault with the name of its device (or source)."""
    key = finding.key
    name = plain(names.get(key.device, ""))
    device = plain(key.device or key.subject)
    return f"{f'{name} ({device})' if name else device}: {explained(finding, zone, german=german)}"


def headline(news: News, *, german: bool) -> str:
    """For subject lines: how many began and ended."""
    began, ended = len(news.began), len(news.ended)
    if german:
        return f"{began} {'Störung' if began == 1 else 'Störungen'}, {ended} behoben"
    return f"{began} {'fault' if began == 1 else 'faults'}, {ended} recovered"


def text(news: News, names: Mapping[str, str], zone: ZoneInfo) -> str:
    """The message, German first. Devices that `names` lacks are no longer watched."""
    parts = []
    for german in (True, False):
        parts.append(headline(news, german=german))
        began_head, ended_head = ("Neu:", "Beendet:") if german else ("New:", "Ended:")
        for head, findings in ((began_head, news.began), (ended_head, news.ended)):
            if not findings:
                continue
            parts.append(head)
            for finding in findings[:MOST_LINES]:
                gone = finding.key.device and finding.key.device not in names
                note = (", nicht mehr überwacht" if german else ", no longer watched") if gone else ""
                parts.append(f"- {line(finding, names, zone, german=german)}{note}")
            if (more := len(findings) - MOST_LINES) > 0:
                command = "gateway devices status"
                parts.append(f"… und {more} weitere: {command}" if german else f"… and {more} more: {command}")
        parts.append("")
    return "\n".join(parts).rstrip() + "\n"
