"""Line protocol: how names and values stand in it. What InfluxDB makes of it is shown in tests/servers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model import Observation
from gateway.store.limits import MAX_KEY_BYTES
from gateway.store.line_protocol import LineWriter, decode_name, encode_name, measurement_name, prefix


def line(device: str = "d", channel: str = "", quantity: str = "q", value: float | None = 1.5, flag: int = 1) -> str:
    (text,) = LineWriter().encode([Observation(device, channel, quantity, 7, value, flag, 3)]).decode().splitlines()
    return text


def test_a_line_has_measurement_tags_fields_and_time() -> None:
    assert line("a84041000181c061", "probe", "air_temperature", 21.37) == (
        "air_temperature,channel=probe,device=a84041000181c061 value=21.37,flag=1i 7"
    )


def test_an_absent_channel_is_no_tag_and_a_missing_value_no_field() -> None:
    assert line() == "q,device=d value=1.5,flag=1i 7"
    assert line(value=None, flag=9) == "q,device=d flag=9i 7"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.1 + 0.2, "0.30000000000000004"), (-0.0, "-0.0"), (1e-300, "1e-300"), (5, "5.0"), (2**53 + 1, "9007199254740992.0"), (True, "1.0")],
)  # fmt: skip
def test_values_keep_every_digit_and_are_always_floats(value: float, text: str) -> None:
    assert line(value=value) == f"q,device=d value={text},flag=1i 7"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a b", r"a\ b"),
        ("a,b", r"a\,b"),
        ("a=b", r"a\=b"),
        ("a\\", "a%5C"),
        ("a\nb", "a%0Ab"),
        ("100%", "100%25"),
        ("\u00a0", "%C2%A0"),
        ("Straße", "Straße"),
        ('"', '"'),
    ],
)
def test_names_are_escaped(name: str, text: str) -> None:
    assert line(device=name) == f"q,device={text} value=1.5,flag=1i 7"


def test_a_measurement_is_escaped_in_its_own_way() -> None:
    assert line(quantity="a=b, c") == r"a=b\,\ c,device=d value=1.5,flag=1i 7"
    assert line(quantity="#q") == "%23q,device=d value=1.5,flag=1i 7"
    assert measurement_name("q#") == "q#"


@given(st.text())
def test_names_are_decoded_as_they_were(name: str) -> None:
    assert decode_name(encode_name(name)) == name
    assert decode_name(measurement_name(name)) == name


@given(st.text(min_size=1), st.text(), st.text(min_size=1))
def test_different_series_have_different_prefixes_of_one_line(device: str, channel: str, quantity: str) -> None:
    text = prefix(device, channel, quantity)
    assert text.splitlines() == [text]
    assert text != prefix(device, f"{channel}x", quantity) != prefix(f"{device}x", channel, quantity)


@pytest.mark.parametrize(
    "names",
    [("", "", "q"), ("d", "", ""), ("\ud800", "", "q"), ("d" * MAX_KEY_BYTES, "", "q"), ("%" * 25_000, "", "q")],
)
def test_names_that_cannot_stand_in_a_key_are_an_error(names: tuple[str, str, str]) -> None:
    with pytest.raises(ValueError):
        prefix(*names)


def test_what_is_remembered_is_bounded() -> None:
    writer = LineWriter(series=100)
    points = [Observation(f"d{n}", "", "q", 1, 1.0, 1, 1) for n in range(1000)]
    assert writer.encode(points) == LineWriter().encode(points) == writer.encode(points)
    assert len(writer._prefixes) <= 100
