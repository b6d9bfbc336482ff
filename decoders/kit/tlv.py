"""Payloads that are a list of records, each led by an id that says what it is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from decoders.kit.body import Body, run
from decoders.kit.clock import Clock, number
from decoders.kit.fields import AnyField, ByteOrder, Field
from decoders.kit.layout import Check, Meaning, Ports, can_write, has_sentinel, meanings_of
from decoders.kit.readings import DecodeError, EncodeError, Key, Reading, Readings, Values, grouped

Size = Callable[[bytes], int]
_Plain = tuple[int, int, Collection[int] | None, int, int, int, str, str, str]
"""Mask, sign, missing, mul, add, div, quantity, unit, channel of a number that is the last in its data."""
_new = tuple.__new__


@dataclass(frozen=True, slots=True)
class Record:
    """What follows one id.

    Attributes:
        size: number of data bytes, or a function that tells it from the bytes that follow the id (all to the end of
            the payload). Where records carry their length, -1 takes any.
        fields: positions count from the first data byte. None at all: the record is understood and says nothing.
        time: a clock within the data, s since the epoch; a record whose clock is not set is left out with a warning.
        offset: a field within the data that says the time relative to the uplink, in s.
        read: instead of fields, `read(data)` gives readings.
        quantities: what `read` may give, for the documentation.
        note: shown as a warning with every such record.
    """

    size: int | Size
    fields: tuple[AnyField, ...] = ()
    time: Field | None = None
    offset: Field | None = None
    read: Callable[[bytes], Iterable[Reading]] | None = None
    quantities: tuple[Meaning, ...] = ()
    note: str = ""


class _Compiled(NamedTuple):
    quick: bool
    size: int
    tell: Size | None
    body: Body | None
    clock: Clock | None
    offset: Body | None
    read: Callable[[bytes], Iterable[Reading]] | None
    note: str


def _compile(record: Record, order: ByteOrder) -> _Compiled:
    tell = None if isinstance(record.size, int) else record.size
    fixed = record.size if isinstance(record.size, int) else -1
    size = max(fixed, 0)
    body = Body(record.fields, byteorder=order, size=size) if record.fields else None
    clock = Clock(record.time, order, size) if record.time else None
    offset = Body((record.offset,), byteorder=order, size=size) if record.offset else None
    quick = fixed >= 0 and not (record.time or record.offset or record.read or record.note)
    return _Compiled(quick, fixed, tell, body, clock, offset, record.read, record.note)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tlv:
    """A list of records to the end of the payload.

    An id that is not known ends reading: what was understood before it is kept, with a warning (where records carry
    their length it is skipped). So does a record that is cut short. A payload of which nothing is understood is an
    error.

    Attributes:
        records: id → record. The id is the big-endian value of its bytes, as they stand in a hex dump.
        ports: fPort or fPorts, () for any.
        id_size: bytes of an id.
        length_size: bytes of a length between id and data, 0 for none.
        byteorder: of the data.
        head: fields before the first record, which begins at byte `start`.
        start: bytes before the first record.
        tail: bytes after the last record (a checksum, for `check`).
        check: whether the checksum is right.
        when: whether a payload is of this kind, where several layouts share a port.
    """

    records: Mapping[int, Record]
    ports: Ports = ()
    id_size: int = 1
    length_size: int = 0
    byteorder: ByteOrder = "big"
    head: tuple[AnyField, ...] = ()
    start: int = 0
    tail: int = 0
    check: Check | None = None
    when: Check | None = None
    _known: dict[int, _Compiled] = field(init=False, repr=False, compare=False)
    _quick: dict[int, tuple[int, _Plain | None, Body | None]] = field(init=False, repr=False, compare=False)
    _from: Literal["big", "little"] = field(init=False, repr=False, compare=False)
    _head: Body | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for id_ in self.records:
            if not 0 <= id_ < 1 << (8 * self.id_size):
                raise ValueError(f"id {id_:#x} has not {self.id_size} bytes")
        known = {id_: _compile(record, self.byteorder) for id_, record in self.records.items()}
        object.__setattr__(self, "_known", known)
        quick = {
            id_: (found.size, _plain(found.body), found.body)
            for id_, found in known.items()
            if found.quick and not self.length_size
        }
        object.__setattr__(self, "_quick", quick)
        object.__setattr__(self, "_from", "little" if self.byteorder == "little" else "big")
        head = Body(self.head, byteorder=self.byteorder, size=self.start) if self.head else None
        object.__setattr__(self, "_head", head)

    def fits(self, length: int) -> bool:
        """Whether a payload may have this length."""
        return length > self.start + self.tail or 0 < self.start + self.tail == length

    def matches(self, payload: bytes) -> bool:
        """Whether the payload is of this kind."""
        return self.when is None or self.when(payload)

    def decode(self, payload: bytes, port: int) -> Readings:  # noqa: ARG002 - one signature for all shapes
        """Read the records one after the other."""
        if self.check is not None and not self.check(payload):
            raise DecodeError("checksum", "the checksum does not fit the payload")
        out: list[Reading] = []
        warnings: list[str] = []
        if self._head is not None:
            self._head.read(payload, out, warnings)
        position, stop, id_size = self.start, len(payload) - self.tail, self.id_size
        quick, order = self._quick, self._from
        understood = position > 0
        while position < stop:
            begin = position + id_size
            if id_size == 1:
                id_ = payload[position]
            elif id_size == 2 and begin <= stop:
                id_ = payload[position] << 8 | payload[position + 1]
            else:
                id_ = int.from_bytes(payload[position:begin], "big")
            found = quick.get(id_)
            if found is not None and (end := begin + found[0]) <= stop:
                size, plain, body = found
                if plain is not None:
                    mask, sign, missing, mul, add, div, quantity, unit, channel = plain
                    raw = (payload[begin] if size == 1 else int.from_bytes(payload[begin:end], order)) & mask
                    if missing is None or raw not in missing:
                        value = (((raw ^ sign) - sign) * mul + add) / div
                        out.append(_new(Reading, (quantity, value, unit, channel, 0.0, None)))
                elif body is not None:
                    n = int.from_bytes(payload[begin:end], order)
                    run(body.select(n) if body.selective else body.steps, n, out, warnings, 0.0, None)
                understood = True
            elif (end := self._slowly(payload, position, stop, understood, out, warnings)) > 0:
                understood = True
            else:
                break
            position = end
        return _new(Readings, (tuple(out), tuple(warnings)))

    def _slowly(
        self, payload: bytes, position: int, stop: int, understood: bool, out: list[Reading], warnings: list[str]
    ) -> int:
        """Read a record that is more than an id and some fields; the position after it, 0 when reading ends here."""
        begin = position + self.id_size
        id_ = int.from_bytes(payload[position:begin], "big")
        name = f"{id_:#0{2 + 2 * self.id_size}x}"
        found = self._known.get(id_)
        size = -1
        if self.length_size:
            size = int.from_bytes(payload[begin : begin + self.length_size], "big")
            begin += self.length_size
            wrong = found is not None and 0 <= found.size != size
            if begin + size <= stop and (found is None or wrong):
                warnings.append(f"{'unknown ' if found is None else ''}record {name} of {size} bytes is skipped")
                return begin + size
        elif found is not None:
            size = found.size if found.tell is None else found.tell(payload[begin:stop])
        if found is None or size < 0 or begin + size > stop:
            short = found is not None or begin > stop
            what = f"record {name} at byte {position} is cut short" if short else f"unknown record {name}"
            if not understood:
                raise DecodeError("length" if short else "unsupported", what)
            warnings.append(what)
            return 0
        _read(found, payload[begin : begin + size], out, warnings)
        return begin + size

    def encode(self, values: Values, port: int) -> bytes:  # noqa: ARG002 - one signature for all shapes
        """Write records, each value into the first record that has a place for it."""
        if self.check is not None or self.tail:
            raise EncodeError("records with a checksum are not written")
        data = b"\0" * self.start
        head = {(f.quantity, f.channel) for f in self.head}
        for (offset, time), pairs in grouped(values).items():
            if offset:
                raise EncodeError("records with a relative time are not written")
            mine = {key: value for key, value in pairs if key in head}
            if mine and self._head is not None:
                data = self._head.write(mine)[0] + data[self.start :]
            left = [pair for pair in pairs if pair[0] not in mine]
            while left:
                once: dict[Key, float] = {}
                for key, value in left:
                    once.setdefault(key, value)
                written, used = self._record(once, time)
                data += written
                left = [(k, v) for k, v in left if k not in used or once.pop(k, None) is None]
        if not data:
            raise EncodeError("nothing to encode")
        return data

    def _record(self, values: Mapping[Key, float], time: int | None) -> tuple[bytes, set[Key]]:
        """The record that takes the first of the values and most of the others."""
        first = next(iter(values))
        best: tuple[bytes, set[Key]] = (b"", set())
        for id_, found in self._known.items():
            if found.body is None or found.offset is not None or (found.clock is not None) != (time is not None):
                continue
            wanted = {key: value for key, value in values.items() if found.body.has(key)}
            if first not in wanted:
                continue
            try:
                data, used = found.body.write(wanted, complete=False)
            except EncodeError:
                continue
            if len(used) <= len(best[1]):
                continue
            if found.clock is not None and time is not None:
                data = found.clock.merge(data, time)
            length = len(data).to_bytes(self.length_size, "big") if self.length_size else b""
            best = id_.to_bytes(self.id_size, "big") + length + data, used
        if not best[1]:
            raise EncodeError(f"no record for {first[0]}{'@' + first[1] if first[1] else ''}")
        return best

    def meanings(self) -> Iterator[Meaning]:
        """Every (quantity, unit, channel) it may give."""
        yield from meanings_of(self.head)
        for record in self.records.values():
            yield from meanings_of(record.fields)
            yield from record.quantities

    def sentinels(self) -> bool:
        """Whether some bit pattern means "no value"."""
        return has_sentinel(self.head) or any(has_sentinel(record.fields) for record in self.records.values())

    def writable(self) -> bool:
        """Whether there is a way back from values to bytes."""
        return (
            self.check is None
            and not self.tail
            and all(record.read is None and can_write(record.fields) for record in self.records.values())
        )


def _plain(body: Body | None) -> _Plain | None:
    """The only field of a record, when it is a number that nothing else decides about: most records are such."""
    if body is None or len(body.steps) != 1:
        return None
    shift, mask, sign, missing, mul, add, div, tests, special, *names = body.steps[0]
    if shift or tests is not None or special is not None:
        return None
    quantity, unit, channel = names
    return mask, sign, missing, mul, add, div, quantity, unit, channel


def _read(found: _Compiled, data: bytes, out: list[Reading], warnings: list[str]) -> None:
    time, offset = None, 0.0
    if found.note:
        warnings.append(found.note)
    if found.clock is not None and (time := found.clock.read(data)) is None:
        warnings.append("a sample is left out: its clock is not set")
        return
    if found.offset is not None:
        offset = number(found.offset, data) or 0.0
    if found.body is not None:
        found.body.read(data, out, warnings, offset, time)
    if found.read is not None:
        out.extend(found.read(data))
