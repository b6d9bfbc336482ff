"""Bits of one field to a number and back; everything is worked out once, when a decoder is made."""

from __future__ import annotations

import struct
from collections.abc import Callable, Collection
from math import isfinite, lcm
from typing import NamedTuple

from decoders.kit.fields import ByteOrder, Field, Position, exact
from decoders.kit.readings import EncodeError

Special = Callable[[int, list[str]], float | None]
_FLOATS = {16: (struct.Struct(">e"), "H"), 32: (struct.Struct(">f"), "I"), 64: (struct.Struct(">d"), "Q")}


class Place(NamedTuple):
    """Where bits lie: `start` is the bit in reading order, `end` the byte after the last one touched."""

    start: int
    width: int
    end: int


class Scale(NamedTuple):
    """`value = (raw * mul + add) / div` in integers: one correctly rounded division."""

    mul: int
    add: int
    div: int


def place(at: Position, width: int, order: ByteOrder) -> Place:
    """Resolve a position in a layout of byte order `order`."""
    if isinstance(at, tuple):
        byte, bit = at
        start = 8 * byte + (bit if order == "little" else 8 - bit - width)
        if order != "little" and bit + width > 8:
            raise ValueError(f"bits {at} with width {width} leave their byte: give the first bit of the word instead")
    else:
        start = at
    if start < 0 or not 1 <= width <= 64:
        raise ValueError(f"no such place: at {at}, width {width}")
    return Place(start, width, (start + width + 7) // 8)


def swap(raw: int, size: int, order: ByteOrder) -> int:
    """Turn the big-endian value of `size` bytes into their value in byte order `order` (its own inverse)."""
    data = raw.to_bytes(size, "big")
    if order == "words":
        return int.from_bytes(b"".join(data[i : i + 2] for i in range(size - 2, -1, -2)), "big")
    return int.from_bytes(data, "little")


def scale(field: Field) -> Scale:
    """The field's formula as one fraction."""
    slope = exact(field.mul) / exact(field.div)
    constant = exact(field.add) * slope + exact(field.offset)
    div = lcm(slope.denominator, constant.denominator)
    return Scale(int(slope * div), int(constant * div), div)


def sentinels(field: Field) -> Collection[int] | None:
    """The bit patterns that mean "no value", ready for `in`; None when there are none."""
    if isinstance(field.missing, int):
        return frozenset((field.missing,))
    if isinstance(field.missing, range):
        return field.missing
    return frozenset(field.missing) or None


def _unsigned_bcd(raw: int) -> int | None:
    digits = f"{raw:x}"
    return int(digits) if digits.isdecimal() else None


def integer(field: Field, raw: int) -> int | float | None:
    """What the bits say before scaling; None when they say nothing (BCD with letters, NaN)."""
    match field.form:
        case "bcd":
            return _unsigned_bcd(raw)
        case "float":
            layout, code = _FLOATS[field.width]
            number: float = layout.unpack(struct.pack(f">{code}", raw))[0]
            return number if isfinite(number) else None
        case "magnitude":
            sign = 1 << (field.width - 1)
            return -(raw ^ sign) if raw & sign else raw
        case _:
            sign = 1 << (field.width - 1) if field.signed else 0
            return (raw ^ sign) - sign


def special(field: Field, order: ByteOrder) -> Special | None:
    """The slow way from bits to a number, for fields that are more than a scaled integer; None for those that are not.

    The function takes the raw bits in the layout's byte order, and warnings to add to.
    """
    own = field.byteorder or order
    swapped = own != order
    if swapped and (field.width % 8 or (own == "words" and field.width % 16)):
        raise ValueError(f"{field.quantity}: a byte order of its own needs whole bytes")
    if not swapped and field.form == "integer" and field.table is None and field.convert is None:
        return None
    mul, add, div = scale(field)
    table, convert, size, missing = field.table, field.convert, field.width // 8, sentinels(field)

    def read(raw: int, warnings: list[str]) -> float | None:
        if swapped:
            if order == "little":
                raw = swap(raw, size, "little")
            if own != "big":
                raw = swap(raw, size, own)
            if missing is not None and raw in missing:
                return None
        number = integer(field, raw)
        if number is None:
            if field.form == "bcd":
                warnings.append(f"{field.quantity}: not a decimal number")
            return None
        if table is not None:
            found = table.get(int(number))
            if found is None:
                warnings.append(f"{field.quantity}: unknown code {int(number)}")
            return found if found is None else float(found)
        if convert is not None:
            return finite(convert, (number,))
        value = (number * mul + add) / div
        return value if isfinite(value) else None

    return read


def finite(function: Callable[..., float | None], inputs: tuple[float, ...]) -> float | None:
    """The function's value when there is a finite one."""
    try:
        value = function(*inputs)
        return None if value is None or not isfinite(value) else float(value)
    except (ArithmeticError, ValueError):
        return None


def to_raw(field: Field, value: float, order: ByteOrder) -> int:
    """The bits (unsigned, in the layout's byte order) that say `value`.

    Raises:
        EncodeError: the field cannot say it.
    """
    if not isfinite(value):
        raise EncodeError(f"{field.quantity}: {value} is not a number")
    slope, constant = exact(field.mul) / exact(field.div), exact(field.offset)
    number: float
    if field.table is not None:
        for code, meaning in field.table.items():
            if meaning == value:
                number = code
                break
        else:
            raise EncodeError(f"{field.quantity}: no code means {value}")
    elif field.convert is not None:
        if field.invert is None:
            raise EncodeError(f"{field.quantity}: there is no way back from a value to its bits")
        number = round(field.invert(value))
    elif field.form == "float":
        number = float((exact(value) - constant) / slope - exact(field.add))
    else:
        number = round((exact(value) - constant) / slope - exact(field.add))
    raw = _bits(field, number)
    patterns = sentinels(field)
    if patterns is not None and raw in patterns:
        raise EncodeError(f"{field.quantity}: {value} would read as missing")
    return in_order(field, raw, order)


def in_order(field: Field, raw: int, order: ByteOrder) -> int:
    """Raw bits in the field's own byte order, turned into the layout's."""
    own = field.byteorder or order
    if own != order:
        raw = swap(raw, field.width // 8, own) if own != "big" else raw
        raw = swap(raw, field.width // 8, "little") if order == "little" else raw
    return raw


def _bits(field: Field, number: float) -> int:
    width = field.width
    if field.form == "float":
        layout, code = _FLOATS[width]
        try:
            return int(struct.unpack(f">{code}", layout.pack(number))[0])
        except (OverflowError, struct.error) as error:
            raise EncodeError(f"{field.quantity}: {number} is out of range") from error
    whole = int(number)
    signed = field.signed and field.form == "integer"
    low, high = (-(1 << (width - 1)), (1 << (width - 1)) - 1) if signed else (0, (1 << width) - 1)
    if field.form == "bcd":
        digits = str(whole)
        if whole < 0 or len(digits) > width // 4:
            raise EncodeError(f"{field.quantity}: {number} is out of range")
        return int(digits, 16)
    if field.form == "magnitude":
        sign = 1 << (width - 1)
        if abs(whole) >= sign:
            raise EncodeError(f"{field.quantity}: {number} is out of range")
        return sign | -whole if whole < 0 else whole
    if not low <= whole <= high:
        raise EncodeError(f"{field.quantity}: {number} is out of range")
    return whole & ((1 << width) - 1)
