"""What decoders are made of.

A `Decoder` has layouts of three shapes: `Frame` (everything has its place), `Tlv` (a list of records, each with an
id) and `Function` (the rest). Tables are compiled once, when the decoder is made; from then on decoding is a pure
function of payload and fPort that gives `Readings` or raises `DecodeError`.
"""

from decoders.kit.body import Body
from decoders.kit.decoder import Decoder
from decoders.kit.fields import (
    NONZERO,
    AnyField,
    Computed,
    Field,
    Short,
    When,
    bits,
    f32,
    f64,
    flag,
    i8,
    i16,
    i24,
    i32,
    i64,
    u8,
    u16,
    u24,
    u32,
    u48,
    u64,
)
from decoders.kit.frame import Frame
from decoders.kit.layout import Function, Layout, Meaning
from decoders.kit.readings import REASONS, SECOND_NS, DecodeError, EncodeError, Reading, Readings, Values
from decoders.kit.repeat import Repeat
from decoders.kit.rounding import rounded
from decoders.kit.tlv import Record, Tlv

__all__ = [
    "NONZERO", "REASONS", "SECOND_NS", "AnyField", "Body", "Computed", "DecodeError", "Decoder", "EncodeError", "Field",
    "Frame", "Function", "Layout", "Meaning", "Reading", "Readings", "Record", "Repeat", "Short", "Tlv", "Values",
    "When", "bits", "f32", "f64", "flag", "i8", "i16", "i24", "i32", "i64", "rounded", "u8", "u16", "u24", "u32", "u48",
    "u64",
]  # fmt: skip
