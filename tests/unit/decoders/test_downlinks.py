"""What devices are told, byte for byte, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decoders import downlinks, registry
from decoders.decentlab._downlink import crc16
from decoders.kit import DecodeError, EncodeError

KNOWN = {id_: way for id_ in registry.all_decoders() if (way := downlinks.interval(id_))}


@pytest.mark.parametrize(
    ("decoder", "seconds", "port", "payload"),
    [
        ("milesight-em300-th", 1200, 85, "ff03b004"),
        ("milesight-em500-co2", 600, 85, "ff035802"),
        ("dragino-lht65n", 600, 2, "01000258"),
        ("elsys-ers-co2", 948, 6, "3e0514000003b4"),
        ("decentlab-dl-pm", 600, 1, "000202587ea1"),
    ],
)
def test_interval_as_the_makers_write_it(decoder: str, seconds: int, port: int, payload: str) -> None:
    way = downlinks.interval(decoder)
    assert (way.port, way.encode(seconds).hex()) == (port, payload)


def test_the_checksum_is_the_one_it_claims_to_be() -> None:
    assert crc16(b"123456789") == 0x4B37  # the check value of CRC-16/MODBUS


def test_the_families_that_must_be_there_are() -> None:
    families = {id_.partition("-")[0] for id_ in KNOWN}
    assert families >= {"milesight", "elsys", "dragino", "decentlab"}


def test_what_is_not_known_is_not_guessed() -> None:
    assert downlinks.interval("milesight-vs121") is None
    assert downlinks.interval("nobody-nothing") is None


@given(st.sampled_from(sorted(KNOWN)), st.integers(-10, 1 << 25))
def test_what_is_written_reads_the_same(id_: str, seconds: int) -> None:
    way = KNOWN[id_]
    if way.least <= seconds <= way.most and seconds % way.step == 0:
        assert way.decode(way.encode(seconds)) == seconds
    else:
        with pytest.raises(EncodeError, match=str(seconds)):
            way.encode(seconds)


@given(st.sampled_from(sorted(KNOWN)), st.binary(max_size=12))
def test_any_bytes_are_read_or_refused(id_: str, payload: bytes) -> None:
    try:
        seconds = KNOWN[id_].decode(payload)
    except DecodeError:
        return
    assert seconds >= 0
