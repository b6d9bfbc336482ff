"""Where a value lies in the bytes, and how bits become a number.

Positions are bits. In a big-endian layout bit 0 is the most significant bit of byte 0, in a little-endian layout it
is the least significant bit of byte 0; a field of whole bytes therefore starts at `8 * byte` in both. Manuals often
number bits within one byte from its least significant bit: `at=(byte, bit)` says it that way in either layout.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

ByteOrder = Literal["big", "little", "words"]
"""`words`: 16-bit big-endian words, the least significant word first (Modbus and SDI-12 loggers)."""

Form = Literal["integer", "float", "bcd", "magnitude"]
"""Integer (two's complement when signed), IEEE 754 (16, 32, 64 bits), binary coded decimal, or sign and magnitude."""

Position = int | tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A field (or a whole frame) is there only when other bits hold one of these values."""

    at: Position
    width: int = 8
    equals: int | tuple[int, ...] | range = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One value: `value = (raw + add) * mul / div + offset`, correctly rounded (decimals count as they are written).

    Attributes:
        quantity: id of the vocabulary.
        unit: the device's own unit (UCUM); "" means the canonical one.
        at: first bit, or (byte, bit) with the bit counted from the least significant one of that byte.
        width: number of bits, 1 to 64.
        byteorder: when it differs from the layout's (the field then has whole bytes).
        form: how the bits are to be read.
        signed: two's complement.
        missing: bit patterns (unsigned) that mean "no value"; the reading is then absent. One, several or a range.
        table: raw value → number, for codes; a raw value that is not in it is left out with a warning.
        convert: raw → value where no formula above fits; None means missing. Not encoded unless `invert` is given.
        invert: value → raw, the way back of `convert`.
        default: raw bits to write where no value is given and none means "missing"; flags (one bit) default to 0.
        when: conditions that must all hold, else the field is not there.
        channel: which of several alike; in a repeated group "{n}" stands for the number of the group (from 1).
    """

    quantity: str
    at: Position
    width: int = 8
    unit: str = ""
    byteorder: ByteOrder | None = None
    form: Form = "integer"
    signed: bool = False
    add: float = 0
    mul: float = 1
    div: float = 1
    offset: float = 0
    missing: int | Collection[int] = ()
    table: Mapping[int, float] | None = None
    convert: Callable[[int], float | None] | None = None
    invert: Callable[[float], float] | None = None
    default: int | None = None
    when: When | tuple[When, ...] = ()
    channel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """A value that is made of several others: `function(*inputs)`; None, or an arithmetic error, means no value.

    `inputs` are fields of which only position and scale count. It is left out when one of them is missing.
    """

    quantity: str
    inputs: tuple[Field, ...]
    function: Callable[..., float | None]
    unit: str = ""
    when: When | tuple[When, ...] = ()
    channel: str = ""


AnyField = Field | Computed


class Short:
    """A field of whole bytes, placed by its first byte: `u16(2, "air_temperature", "Cel", div=10)`."""

    __slots__ = ("form", "signed", "width")

    def __init__(self, width: int, *, signed: bool = False, form: Form = "integer") -> None:
        self.width, self.signed, self.form = width, signed, form

    def __call__(
        self,
        byte: int,
        quantity: str,
        unit: str = "",
        *,
        channel: str = "",
        add: float = 0,
        mul: float = 1,
        div: float = 1,
        offset: float = 0,
        missing: int | Collection[int] = (),
        table: Mapping[int, float] | None = None,
        convert: Callable[[int], float | None] | None = None,
        invert: Callable[[float], float] | None = None,
        default: int | None = None,
        when: When | tuple[When, ...] = (),
        byteorder: ByteOrder | None = None,
    ) -> Field:
        """The field that begins at `byte`; the rest as in `Field`."""
        return Field(
            quantity=quantity, unit=unit, at=8 * byte, width=self.width, signed=self.signed, form=self.form,
            channel=channel, add=add, mul=mul, div=div, offset=offset, missing=missing, table=table, convert=convert,
            invert=invert, default=default, when=when, byteorder=byteorder,
        )  # fmt: skip


u8, u16, u24, u32, u48, u64 = (Short(width) for width in (8, 16, 24, 32, 48, 64))
i8, i16, i24, i32, i64 = (Short(width, signed=True) for width in (8, 16, 24, 32, 64))
f32, f64 = Short(32, form="float"), Short(64, form="float")


def bits(byte: int, high: int, low: int, quantity: str, unit: str = "", **options: object) -> Field:
    """Bits `high` down to `low` of one byte, numbered from its least significant bit as manuals do."""
    return Field(quantity=quantity, unit=unit, at=(byte, low), width=high - low + 1, **options)  # type: ignore[arg-type]  # options are Field's own


NONZERO: Mapping[int, float] = MappingProxyType({0: 0} | dict.fromkeys(range(1, 256), 1))
"""Table for a byte that is false when 0 and true otherwise."""


def flag(byte: int, bit: int, quantity: str, *, channel: str = "", when: When | tuple[When, ...] = ()) -> Field:
    """One bit of one byte as 0 or 1."""
    return Field(quantity=quantity, unit="1", at=(byte, bit), width=1, channel=channel, when=when)


def whens(when: When | tuple[When, ...]) -> tuple[When, ...]:
    """Conditions as a tuple."""
    return (when,) if isinstance(when, When) else when


def exact(number: float) -> Fraction:
    """A factor as a fraction; decimals as they are written (0.1 is 1/10)."""
    return Fraction(str(number)) if isinstance(number, float) else Fraction(number)
