"""The values of a plain message: as configured one by one, or found by their canonical names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from gateway.config import PlainField, PlainMapping
from gateway.envelopes.plain_paths import ABSENT, Path, compile_path, topic_selector, walk
from gateway.envelopes.plain_values import UNIT_CODES, number
from gateway.model import Measured
from gateway.quantities import QUANTITIES

When = Callable[[Any], int]

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_MAX_DEPTH, _MAX_VALUES = 8, 1000


class Reads(Protocol):
    """Takes values out of an item."""

    def read(self, item: Any, topic: str, when: When, found: list[Measured], problems: list[str]) -> None:
        """Append what is there to `found` and what cannot be read to `problems`."""


Readers = Sequence[Reads]


class Reader:
    """One configured field."""

    def __init__(self, field: PlainField, mapping: PlainMapping) -> None:
        """Raises ConfigError for a path that cannot be understood."""
        self._field, self._decimal = field, mapping.decimal
        self._path = compile_path(field.path)
        self._time = _optional(field.time)
        self._unit = _optional(field.unit_path)
        self._channel = _optional(field.channel_path)
        last = next((step for step in reversed(self._path) if isinstance(step, str)), "value")
        quantity = field.quantity or last
        self._quantity = topic_selector(quantity) or (lambda _topic: quantity)
        self._fixed_channel = topic_selector(field.channel) or (lambda _topic: field.channel)

    def read(self, item: Any, topic: str, when: When, found: list[Measured], problems: list[str]) -> None:
        """Append the value to `found`; where it cannot be read, append what, where and why to `problems`."""
        value = walk(item, self._path)
        if value is ABSENT:
            return
        where = self._field.path or "the body"
        try:
            result, unit = number(value, self._decimal)
        except ValueError as error:
            problems.append(f"{where}: {error}")
            return
        if result is not None and result in self._field.missing:
            result = None
        time = None
        if self._time is not None:
            stamp = walk(item, self._time)
            try:
                time = None if stamp is ABSENT or stamp is None else when(stamp)
            except ValueError as error:
                problems.append(f"{where}: {self._field.time}: {error}")
                return
        if self._unit is not None and isinstance(told := walk(item, self._unit), str):
            unit = UNIT_CODES.get(told, told)[:32]
        channel = self._fixed_channel(topic)
        if self._channel is not None and isinstance(told := walk(item, self._channel), str | int):
            channel = str(told)[:64]
        quantity = self._quantity(topic)
        if not quantity:
            problems.append(f"{where}: the topic has no level {self._field.quantity!r}")
            return
        found.append(Measured(quantity, result, unit or self._field.unit, channel, time))


def _optional(path: str | None) -> Path | None:
    return None if path is None else compile_path(path)


class Discover:
    """Without configured fields: every number whose key has the form of a quantity id, at any depth of objects.

    Ids that the vocabulary lacks are left to the pipeline, which reports them. Where a quantity stands more than once,
    the path to it is its channel.
    """

    def __init__(self, mapping: PlainMapping, taken: Sequence[Path]) -> None:
        """`taken` are the paths of device and time, which are no values."""
        self._decimal = mapping.decimal
        self._taken = frozenset(".".join(str(step) for step in path) for path in taken)

    def read(self, item: Any, topic: str, when: When, found: list[Measured], problems: list[str]) -> None:  # noqa: ARG002 - the form of all readers
        """Append every value to `found`; a quantity whose value cannot be read goes to `problems`."""
        leaves = list(self._leaves(item, (), 0))[:_MAX_VALUES]
        times = Counter(path[-1] for path, _ in leaves)
        for path, value in leaves:
            name = path[-1]
            try:
                result, unit = number(value, self._decimal)
            except ValueError as error:
                if name in QUANTITIES:
                    problems.append(f"{name}: {error}")
                continue
            if name not in QUANTITIES and not isinstance(value, int | float):
                continue  # words and nulls of other keys are no values that the vocabulary lacks
            channel = ".".join(path[:-1])[:64] if times[name] > 1 else ""
            found.append(Measured(name, result, unit, channel))

    def _leaves(self, item: Any, above: tuple[str, ...], depth: int) -> Iterator[tuple[tuple[str, ...], Any]]:
        if not isinstance(item, dict) or depth > _MAX_DEPTH:
            return
        for key, value in item.items():
            path = (*above, key)
            if isinstance(value, dict):
                yield from self._leaves(value, path, depth + 1)
            elif not isinstance(value, list) and _NAME.fullmatch(key) and ".".join(path) not in self._taken:
                yield path, value
