"""What the parts of the kit promise to whoever writes a decoder."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decoders.kit import (
    Computed,
    DecodeError,
    Decoder,
    EncodeError,
    Field,
    Frame,
    Function,
    Reading,
    Readings,
    Record,
    Repeat,
    Tlv,
    When,
    bits,
    f32,
    flag,
    i8,
    i16,
    u8,
    u16,
    u24,
    u32,
)


def decoder(*layouts) -> Decoder:
    return Decoder(id="maker-thing", vendor="Maker", model="Thing", source="tests", layouts=layouts)


def values(found: Readings) -> dict[str, float]:
    return {f"{r.quantity}@{r.channel}" if r.channel else r.quantity: r.value for r in found.readings}


def one(field: Field, data: str, byteorder="big") -> float | None:
    payload = bytes.fromhex(data)
    return values(decoder(Frame(length=len(payload), byteorder=byteorder, fields=(field,))).decode(payload, 1)).get("x")


@pytest.mark.parametrize(
    ("field", "data", "byteorder", "value"),
    [
        (Field(quantity="x", at=2, width=14, div=1000), "cbf6", "big", 3.062),
        (Field(quantity="x", at=4, width=12, signed=True), "0fff", "big", -1.0),
        (Field(quantity="x", at=4, width=12), "abcd", "little", 0xCDA * 1.0),
        (u16(1, "x", div=10), "003401", "little", 30.8),
        (i8(0, "x"), "80", "big", -128.0),
        (u24(0, "x"), "010203", "little", 0x030201 * 1.0),
        (bits(1, 6, 4, "x"), "0050", "big", 5.0),
        (bits(1, 6, 4, "x"), "0050", "little", 5.0),
        (flag(0, 7, "x"), "80", "big", 1.0),
        (f32(0, "x"), "41ac0000", "big", 21.5),
        (f32(0, "x"), "0000ac41", "little", 21.5),
        (Field(quantity="x", at=0, width=16, form="float"), "4d60", "big", 21.5),
        (f32(0, "x"), "7fc00000", "big", None),
        (Field(quantity="x", at=0, width=32, form="bcd", div=1000), "00123456", "big", 123.456),
        (Field(quantity="x", at=0, width=32, form="bcd"), "56341200", "little", 123456.0),
        (Field(quantity="x", at=0, width=16, form="magnitude", div=10), "80c8", "big", -20.0),
        (u16(0, "x", byteorder="little"), "3401", "big", 308.0),
        (u16(0, "x", byteorder="big"), "0134", "little", 308.0),
        (u32(0, "x", byteorder="words"), "00010002", "big", 131073.0),
        (u32(0, "x", byteorder="words"), "00010002", "little", 131073.0),
        (u8(0, "x", add=-40, div=2), "14", "big", -10.0),
        (u16(0, "x", mul=0.1, offset=-40), "01f4", "big", 10.0),
        (u16(0, "x", add=-384, mul=0.003125, offset=-50), "5c00", "big", 22.4),
        (u8(0, "x", table={1: 0.5}), "01", "big", 0.5),
        (u8(0, "x", table={1: 0.5}), "02", "big", None),
        (u8(0, "x", convert=lambda raw: 1 / raw), "04", "big", 0.25),
        (u8(0, "x", convert=lambda raw: 1 / raw), "00", "big", None),
        (i16(0, "x", missing=0x8000), "8000", "big", None),
        (i16(0, "x", missing=(0x7FFF, 0xFFFF)), "ffff", "big", None),
        (u16(0, "x", missing=range(20)), "0013", "big", None),
        (u16(0, "x", missing=0x0134, byteorder="little"), "3401", "big", None),
    ],
)
def test_bits_become_a_number(field: Field, data: str, byteorder: str, value: float | None) -> None:
    assert one(field, data, byteorder) == value


def test_values_are_correctly_rounded() -> None:
    assert one(u16(0, "x", div=10), "0003") == 0.3
    assert one(u16(0, "x", mul=0.1), "0003") == 0.3, "a decimal factor counts as it is written"
    assert one(u16(0, "x", mul=0.01, add=-10000), "0001") == -99.99


@given(raw=st.integers(0, 0xFFFF), div=st.sampled_from([1, 2, 10, 100, 320, 1000]), signed=st.booleans())
def test_bits_survive_the_way_there_and_back(raw: int, div: int, signed: bool) -> None:
    thing = decoder(Frame(length=3, fields=(Field(quantity="x", at=3, width=16, signed=signed, div=div),)))
    payload = (raw << 5).to_bytes(3, "big")
    assert thing.encode(thing.decode(payload, 1).readings, 1) == payload


@pytest.mark.parametrize(
    "make",
    [
        lambda: Field(quantity="x", at=0, width=65),
        lambda: Field(quantity="x", at=(0, 4), width=8),
        lambda: Field(quantity="x", at=4, width=12, byteorder="little"),
        lambda: u16(2, "x"),
    ],
)
def test_tables_that_cannot_be_are_refused_at_once(make) -> None:
    with pytest.raises(ValueError):
        Frame(length=3, fields=(make(),))


def test_conditions_choose_fields_and_frames() -> None:
    kind = When(at=0, width=8, equals=1)
    thing = decoder(
        Frame(ports=2, length=3, when=When(at=0, width=4, equals=0), fields=(u16(1, "a", when=kind), u16(1, "b", when=When(at=0, equals=(2, 3))))),
        Frame(ports=2, length=3, when=When(at=0, width=4, equals=15), fields=(u16(1, "c"),)),
    )  # fmt: skip
    assert values(thing.decode(b"\x01\x00\x05", 2)) == {"a": 5}
    assert values(thing.decode(b"\x03\x00\x05", 2)) == {"b": 5}
    assert values(thing.decode(b"\xf3\x00\x05", 2)) == {"c": 5}
    with pytest.raises(DecodeError, match="header"):
        thing.decode(b"\x20\x00\x05", 2)
    with pytest.raises(DecodeError, match="length"):
        thing.decode(b"\x20\x00", 2)
    with pytest.raises(DecodeError, match="port"):
        thing.decode(b"\x01\x00\x05", 3)
    assert thing.encode({"b": 7}, 2) == b"\x02\x00\x07"
    assert thing.encode({"c": 7}, 2) == b"\xf0\x00\x07"


def test_shorter_frames_lack_the_last_fields() -> None:
    thing = decoder(Frame(length=range(1, 4), fields=(u8(0, "a"), u16(1, "b"))))
    assert values(thing.decode(b"\x01", 1)) == {"a": 1}
    assert values(thing.decode(b"\x01\x00", 1)) == {"a": 1}
    assert values(thing.decode(b"\x01\x00\x02", 1)) == {"a": 1, "b": 2}
    assert thing.encode({"a": 1}) == b"\x01"
    assert thing.encode({"a": 1, "b": 2}) == b"\x01\x00\x02"


def test_a_value_may_be_computed_from_others() -> None:
    ratio = Computed(quantity="r", inputs=(u8(0, ""), u8(1, "", missing=0xFF)), function=lambda a, b: a / b)
    thing = decoder(Frame(length=2, fields=(ratio,)))
    assert values(thing.decode(b"\x03\x04", 1)) == {"r": 0.75}
    assert values(thing.decode(b"\x03\x00", 1)) == {}, "no value where it cannot be computed"
    assert values(thing.decode(b"\x03\xff", 1)) == {}, "no value where an input is missing"


def test_history_with_an_interval() -> None:
    thing = decoder(
        Frame(
            ports=3,
            length=range(2, 50),
            fields=(u8(0, "battery_level"),),
            repeat=Repeat(start=2, size=2, fields=(i16(0, "t", div=10),), interval=u8(1, "", mul=-60)),
        )
    )
    found = thing.decode(bytes.fromhex("64 0a 00c8 ff38 0001"), 3)
    assert [(r.quantity, r.value, r.time_offset) for r in found.readings] == [
        ("battery_level", 100, 0), ("t", 20.0, 0), ("t", -20.0, -600), ("t", 0.1, -1200),
    ]  # fmt: skip
    assert "after the last sample" in thing.decode(bytes.fromhex("64 0a 00c8 ff"), 3).warnings[0]


def test_history_that_announces_more_than_it_has() -> None:
    thing = decoder(Frame(length=range(1, 50), repeat=Repeat(start=1, size=2, fields=(u16(0, "t"),), count=u8(0, ""))))
    assert len(thing.decode(b"\x02\x00\x01\x00\x02", 1).readings) == 2
    with pytest.raises(DecodeError, match="length"):
        thing.decode(b"\x03\x00\x01\x00\x02", 1)


def test_groups_alike_carry_their_number_as_channel() -> None:
    thing = decoder(Frame(length=4, repeat=Repeat(start=0, size=2, fields=(u16(0, "d", channel="{n}"),))))
    assert values(thing.decode(b"\x00\x01\x00\x02", 1)) == {"d@1": 1, "d@2": 2}


def test_a_clock_gives_time_and_an_unset_one_a_warning() -> None:
    thing = decoder(Frame(length=5, byteorder="little", time=u32(0, ""), fields=(u8(4, "a"),)))
    found = thing.decode(bytes.fromhex("9e744663 05"), 1)
    assert found == Readings((Reading("a", 5.0, time=1_665_561_758_000_000_000),))
    assert thing.encode(found.readings) == bytes.fromhex("9e744663 05")
    found = thing.decode(bytes.fromhex("00000000 05"), 1)
    assert found.readings == (Reading("a", 5.0),)
    assert found.warnings


def test_records_end_at_what_is_unknown() -> None:
    thing = decoder(Tlv(records={1: Record(1, (u8(0, "a"),)), 2: Record(2, (u16(0, "b"),))}))
    assert values(thing.decode(bytes.fromhex("0105 020006"), 1)) == {"a": 5, "b": 6}
    found = thing.decode(bytes.fromhex("0105 99 020006"), 1)
    assert values(found) == {"a": 5}
    assert "0x99" in found.warnings[0]
    for payload, reason in (("99", "unsupported"), ("0200", "length"), ("", "length")):
        with pytest.raises(DecodeError, match=reason):
            thing.decode(bytes.fromhex(payload), 1)
    assert thing.encode({"b": 6, "a": 5}) == bytes.fromhex("020006 0105")
    with pytest.raises(EncodeError, match="c"):
        thing.encode({"c": 1})


def test_records_with_a_length_are_stepped_over() -> None:
    thing = decoder(Tlv(records={1: Record(1, (u8(0, "a"),))}, length_size=1, start=1, head=(u8(0, "h"),)))
    found = thing.decode(bytes.fromhex("07 9902aabb 0102aabb 010105"), 1)
    assert values(found) == {"h": 7, "a": 5}
    assert len(found.warnings) == 2
    assert thing.encode({"h": 7, "a": 5}) == bytes.fromhex("07 010105")


def test_records_may_tell_their_size_and_time_offset() -> None:
    thing = decoder(
        Tlv(
            records={
                1: Record(lambda data: data[0] + 1),
                2: Record(3, (u16(0, "b"),), offset=u8(2, "", mul=-60)),
                3: Record(1, read=lambda data: [Reading("c", data[0] * 2.0)], quantities=(("c", "", ""),)),
            }
        )
    )
    found = thing.decode(bytes.fromhex("0102aabb 02000603 0305"), 1)
    assert found.readings == (Reading("b", 6.0, time_offset=-180.0), Reading("c", 10.0))


def test_a_function_may_run_out_of_bytes() -> None:
    def read(payload: bytes, _port: int):
        yield Reading("a", float(payload[3]))
        yield Reading("b", 1 / payload[4])

    thing = decoder(Function(read, ports=1))
    assert len(thing.decode(bytes(4) + b"\x01", 1).readings) == 2
    for payload, reason in ((b"\0", "length"), (bytes(5), "value")):
        with pytest.raises(DecodeError) as raised:
            thing.decode(payload, 1)
        assert raised.value.reason == reason


def test_a_function_may_not_give_infinity() -> None:
    thing = decoder(Function(lambda _payload, _port: [Reading("a", float("nan"))]))
    with pytest.raises(DecodeError, match="value"):
        thing.decode(b"\0", 1)


def test_checksums_come_before_values() -> None:
    thing = decoder(Frame(length=2, fields=(u8(0, "a"),), check=lambda payload: payload[0] == payload[1]))
    assert values(thing.decode(b"\x05\x05", 1)) == {"a": 5}
    with pytest.raises(DecodeError, match="checksum"):
        thing.decode(b"\x05\x06", 1)


def test_what_is_missing_in_encoding_is_named() -> None:
    thing = decoder(Frame(length=4, fields=(u16(0, "a"), u16(2, "b", missing=0xFFFF, channel="probe"))))
    assert thing.encode({"a": 1}) == b"\x00\x01\xff\xff"
    with pytest.raises(EncodeError, match="a is missing"):
        thing.encode({"b@probe": 1})
    with pytest.raises(EncodeError, match="out of range"):
        thing.encode({"a": 70000})
    with pytest.raises(EncodeError, match="would read as missing"):
        thing.encode({"a": 1, "b@probe": 65535})


def test_a_payload_of_any_size_is_refused_beyond_the_limit() -> None:
    thing = decoder(Tlv(records={0: Record(1)}))
    with pytest.raises(DecodeError, match="length"):
        thing.decode(bytes(1_000_000), 1)
