"""A run of bytes with fields in it: the part that frames, repeated groups and records share."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import islice, product
from typing import Literal, NamedTuple

from decoders.kit.fields import AnyField, ByteOrder, Computed, Field, When, whens
from decoders.kit.numbers import Special, finite, in_order, place, scale, sentinels, special, to_raw
from decoders.kit.readings import EncodeError, Key, Reading

_new = tuple.__new__
_SELECTOR = 1 << 8
"""Conditions on fewer values than this choose among prepared lists of steps instead of being tested each time."""
_MOST_SELECTIONS = 256
Test = tuple[int, int, Collection[int]]
Spot = tuple[int, int]
"""(shift, mask): where bits lie in the whole body."""


class _Step(NamedTuple):
    """How one field is read out of the whole body taken as one integer."""

    shift: int
    mask: int
    sign: int
    missing: Collection[int] | None
    mul: int
    add: int
    div: int
    tests: tuple[Test, ...] | None
    special: Special | None
    quantity: str
    unit: str
    channel: str


def run(
    steps: tuple[_Step, ...], n: int, out: list[Reading], warnings: list[str], offset: float, time: int | None
) -> None:
    """Take the steps on the body `n`. Written flat, because this loop is most of what decoding costs."""
    for shift, mask, sign, missing, mul, add, div, tests, read, quantity, unit, channel in steps:
        if tests is not None and not all([n >> s & m in allowed for s, m, allowed in tests]):  # noqa: C419 - a list is twice as quick as a generator for one or two tests
            continue
        raw = n >> shift & mask
        if missing is not None and raw in missing:
            continue
        if read is None:
            value: float | None = (((raw ^ sign) - sign) * mul + add) / div
        else:
            value = read(raw, warnings)
            if value is None:
                continue
        out.append(_new(Reading, (quantity, value, unit, channel, offset, time)))


class Body:
    """Fields compiled for reading and writing.

    Args:
        fields: in the order in which readings are wanted.
        byteorder: "big" or "little"; how bit positions count.
        size: number of bytes; by default up to the last byte that a field touches.
    """

    __slots__ = ("_ends", "_from", "_order", "_places", "_selected", "fields", "selective", "size", "steps")

    def __init__(self, fields: tuple[AnyField, ...], *, byteorder: ByteOrder = "big", size: int = 0) -> None:
        self.fields = fields
        self._order: ByteOrder = byteorder
        ends = [self._end(field) for field in fields]
        self.size = size or max(ends, default=0)
        if max(ends, default=0) > self.size:
            raise ValueError(f"fields reach beyond the {self.size} bytes they are in")
        self._ends = ends
        self.steps = tuple(self._step(field) for field in fields)
        self._from: Literal["big", "little"] = "little" if byteorder == "little" else "big"
        self._places = tuple(
            dict.fromkeys((s, m) for step in self.steps for s, m, allowed in step.tests or () if m < _SELECTOR)
        )
        self.selective = bool(self._places)
        self._selected: dict[tuple[int, ...], tuple[_Step, ...]] = {}

    def _end(self, field: AnyField) -> int:
        parts = field.inputs if isinstance(field, Computed) else (field,)
        spots = [place(part.at, part.width, self._order).end for part in parts]
        return max(spots + [place(w.at, w.width, self._order).end for w in whens(field.when)])

    def _bits(self, at: int | tuple[int, int], width: int) -> tuple[int, int]:
        start = place(at, width, self._order).start
        return start if self._order == "little" else 8 * self.size - start - width, (1 << width) - 1

    def test(self, when: When) -> Test:
        """A condition as (shift, mask, allowed values) on the whole body."""
        allowed = when.equals
        values: Collection[int] = (allowed,) if isinstance(allowed, int) else allowed
        return *self._bits(when.at, when.width), values if isinstance(values, range) else frozenset(values)

    def _step(self, field: AnyField) -> _Step:
        tests = tuple(self.test(when) for when in whens(field.when)) or None
        if isinstance(field, Computed):
            read = self._computation(field)
            return _Step(0, -1, 0, None, 1, 0, 1, tests, read, field.quantity, field.unit, field.channel)
        shift, mask = self._bits(field.at, field.width)
        own = special(field, self._order)
        swapped = field.byteorder is not None and field.byteorder != self._order
        sign = 1 << (field.width - 1) if field.signed and field.form == "integer" else 0
        patterns = None if swapped else sentinels(field)
        return _Step(shift, mask, sign, patterns, *scale(field), tests, own, field.quantity, field.unit, field.channel)

    def _computation(self, field: Computed) -> Special:
        parts = Body(field.inputs, byteorder=self._order, size=self.size)
        needed = len(field.inputs)

        def read(raw: int, warnings: list[str]) -> float | None:
            values = [value for _, value in parts.values(raw, warnings)]
            return finite(field.function, tuple(values)) if len(values) == needed else None

        return read

    def number(self, data: bytes) -> int:
        """The body as one integer; data beyond it is ignored, data short of it counts as zero bits."""
        size = self.size
        if len(data) > size:
            data = data[:size]
        if self._order == "little":
            return int.from_bytes(data, "little")
        return int.from_bytes(data, "big") << 8 * (size - len(data))

    def values(self, n: int, warnings: list[str]) -> Iterator[tuple[_Step, float]]:
        """Every field that has a value in the body `n`."""
        for step in self.steps:
            shift, mask, sign, missing, mul, add, div, tests, read, _, _, _ = step
            if tests is not None and not all(n >> s & m in allowed for s, m, allowed in tests):
                continue
            raw = n >> shift & mask
            if missing is not None and raw in missing:
                continue
            if read is None:
                yield step, (((raw ^ sign) - sign) * mul + add) / div
            elif (value := read(raw, warnings)) is not None:
                yield step, value

    def read(
        self,
        data: bytes,
        out: list[Reading],
        warnings: list[str],
        offset: float = 0.0,
        time: int | None = None,
    ) -> None:
        """Append the readings of `data`; fields that lie beyond its end are not there."""
        size, length = self.size, len(data)
        n = int.from_bytes(data, self._from) if length == size else self.number(data)
        if length < size:
            steps = tuple(step for step, end in zip(self.steps, self._ends, strict=True) if end <= length)
        else:
            steps = self.select(n) if self.selective else self.steps
        run(steps, n, out, warnings, offset, time)

    def select(self, n: int) -> tuple[_Step, ...]:
        """The steps whose selectors (conditions on few bits, such as a message type) hold in the body `n`."""
        key = tuple([n >> shift & mask for shift, mask in self._places])
        if (known := self._selected.get(key)) is not None:
            return known
        values = dict(zip(self._places, key, strict=True))
        found = []
        for step in self.steps:
            tests = step.tests or ()
            if all(values[s, m] in allowed for s, m, allowed in tests if (s, m) in values):
                found.append(step._replace(tests=tuple(t for t in tests if t[:2] not in values) or None))
        if len(self._selected) < _MOST_SELECTIONS:
            self._selected[key] = tuple(found)
        return tuple(found)

    def has(self, key: Key) -> bool:
        """Whether one of the fields says this quantity on this channel."""
        return any((field.quantity, field.channel) == key for field in self.fields)

    def write(
        self,
        values: Mapping[Key, float],
        *,
        shortest: int | None = None,
        fixed: tuple[When, ...] = (),
        complete: bool = True,
    ) -> tuple[bytes, set[Key]]:
        """Bytes that read as `values`.

        Args:
            values: by (quantity, channel).
            shortest: bytes that must be there; fields beyond them may be left out. By default all.
            fixed: conditions that must hold whatever the values are.
            complete: all values must find a field, else EncodeError; without it those written are returned.

        Returns:
            The bytes, and the keys that were written.
        """
        least = self.size if shortest is None else shortest
        failure = EncodeError("nothing to encode")
        for constants in self._choices(fixed, values):
            try:
                data, used = self._attempt(values, constants, least)
            except EncodeError as error:
                failure = error
                continue
            if len(used) == len(values) or (used and not complete):
                return data, used
            left = ", ".join(sorted(f"{q}@{c}" if c else q for q, c in values.keys() - used))
            failure = EncodeError(f"no field for {left}")
        raise failure

    def _choices(self, fixed: tuple[When, ...], values: Mapping[Key, float]) -> Iterator[dict[Spot, int]]:
        """Every way to satisfy conditions: {(shift, mask): bits}. Fixed ones allow their own values only.

        Where a value given lies, its bits decide. Elsewhere, of bits that make the same conditions hold, the smallest
        stand for all, and one choice makes none of them hold.
        """
        tests = [self.test(when) for field in self.fields for when in whens(field.when)]
        free: dict[Spot, list[int]] = {}
        for spot in dict.fromkeys(test[:2] for test in tests):
            at_spot = [allowed for *where, allowed in tests if tuple(where) == spot]
            classes: dict[tuple[bool, ...], int] = {}
            nothing = next(
                (bits for bits in range(min(spot[1] + 1, 4096)) if not any(bits in a for a in at_spot)), None
            )
            for bits in sorted({bits for allowed in at_spot for bits in _some(allowed)}):
                classes.setdefault(tuple(bits in allowed for allowed in at_spot), bits)
            free[spot] = [*classes.values(), *(() if nothing is None else (nothing,))]
        for field, step in zip(self.fields, self.steps, strict=True):
            key, spot = (field.quantity, field.channel), (step.shift, step.mask)
            if isinstance(field, Field) and spot in free and key in values and not field.when:
                free[spot] = [to_raw(field, values[key], self._order)]
        for shift, mask, allowed in (self.test(when) for when in fixed):
            both = [bits for bits in free.get((shift, mask), []) if bits in allowed]
            if both or not wide(allowed):
                free[shift, mask] = both or [min(allowed)]
        places = list(free)
        for choice in islice(product(*free.values()), 1024):
            yield dict(zip(places, choice, strict=True))

    def _attempt(
        self, values: Mapping[Key, float], constants: Mapping[Spot, int], least: int
    ) -> tuple[bytes, set[Key]]:
        n, length = 0, least
        used: set[Key] = set()
        for (shift, _), value in constants.items():
            n |= value << shift
        for field, step, end in zip(self.fields, self.steps, self._ends, strict=True):
            tests = step.tests or ()
            if not all(constants.get((shift, mask), -1) in allowed for shift, mask, allowed in tests):
                continue
            key = (field.quantity, field.channel)
            if isinstance(field, Computed):
                if key in values:
                    raise EncodeError(f"{field.quantity} is computed from others and has no bits of its own")
                continue
            if key in values:
                raw = to_raw(field, values[key], self._order)
                used.add(key)
            elif end > least:
                continue
            else:
                raw = self._absent(field)
            if (step.shift, step.mask) in constants and constants[step.shift, step.mask] != raw:
                raise EncodeError(f"{field.quantity}: contradicts the values given")
            length = max(length, end)
            n |= raw << step.shift
        data = n.to_bytes(self.size, "little" if self._order == "little" else "big")
        return data[:length], used

    def _absent(self, field: Field) -> int:
        if (patterns := sentinels(field)) is None:
            if field.default is not None or field.width == 1:
                return in_order(field, field.default or 0, self._order)
            raise EncodeError(f"{field.quantity}{'@' + field.channel if field.channel else ''} is missing")
        return in_order(field, min(patterns), self._order)


def _some(allowed: Collection[int]) -> list[int]:
    """The smallest values of a condition (a range may have millions)."""
    return list(allowed[:16]) if isinstance(allowed, range) else sorted(allowed)[:16]


def wide(allowed: Collection[int]) -> bool:
    """Whether a condition is a plausibility (a time of this century) rather than a code that can be written."""
    return isinstance(allowed, range) and len(allowed) > 256
