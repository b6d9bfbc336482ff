"""Paths into JSON-like values, and selectors of topic levels and query parameters: compiled once, walked often.

- `temperature.value`: keys
- `sensors[2].t`, `sensors.2.t`: a place in an array
- `values[type=P1].value`: the object in an array whose member `type` is "P1"
- a backslash takes a dot or bracket literally, as part of a key
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import parse_qs

from gateway.config import ConfigError

ABSENT: Final = object()
"""What a path leads to when it leads nowhere; None is a value (JSON null)."""

Step = str | int | tuple[str, str]
Path = tuple[Step, ...]

_TOKEN = re.compile(r"(?P<key>(?:\\.|[^\\.\[\]])+)|\[(?P<select>[^\[\]]+)\]|(?P<dot>\.)")


def compile_path(text: str) -> Path:
    """Compile a path; raises ConfigError naming it."""
    steps: list[Step] = []
    at, want_key = 0, True
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None or (token["dot"] and want_key):
            raise ConfigError(f"path {text!r} cannot be understood at character {at + 1}")
        at = token.end()
        want_key = token["dot"] is not None
        if token["key"] is not None:
            steps.append(re.sub(r"\\(.)", r"\1", token["key"]))
        elif (select := token["select"]) is not None:
            name, equals, value = select.partition("=")
            if not equals and not re.fullmatch(r"-?\d{1,6}", select):
                raise ConfigError(f"path {text!r}: [{select}] is neither a place nor key=value")
            steps.append((name, value) if equals else int(select))
    if steps and want_key:
        raise ConfigError(f"path {text!r} ends with a dot")
    return tuple(steps)


def walk(value: Any, path: Path) -> Any:
    """What stands at `path` in `value`; ABSENT when there is nothing."""
    for step in path:
        if isinstance(value, dict):
            value = value.get(step, ABSENT) if isinstance(step, str) else ABSENT
        elif isinstance(value, list):
            value = _element(value, step)
        else:
            return ABSENT
        if value is ABSENT:
            return ABSENT
    return value


def _element(array: list[Any], step: Step) -> Any:
    if isinstance(step, tuple):
        key, wanted = step
        return next((e for e in array if isinstance(e, dict) and str(e.get(key)) == wanted), ABSENT)
    if isinstance(step, str):
        if not (step.isdecimal() and len(step) < 7):
            return ABSENT
        step = int(step)
    return array[step] if -len(array) <= step < len(array) else ABSENT


def topic_selector(text: str) -> Callable[[str], str] | None:
    """A function from a topic to what `topic:N` or `query:NAME` selects ("" when it is not there); None for a path."""
    kind, colon, name = text.partition(":")
    if not colon or kind not in ("topic", "query"):
        return None
    if kind == "query":
        return lambda topic: (parse_qs(topic.partition("?")[2]).get(name) or [""])[-1]
    try:
        level = int(name)
    except ValueError:
        raise ConfigError(f"{text!r}: topic:N wants the number of a level") from None

    def select(topic: str) -> str:
        levels = topic.partition("?")[0].removeprefix("/").split("/")
        return levels[level] if -len(levels) <= level < len(levels) else ""

    return select
