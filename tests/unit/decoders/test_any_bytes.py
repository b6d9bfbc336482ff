"""Whatever a payload is: readings or a declared error, for every decoder."""

from __future__ import annotations

from math import isfinite

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from decoders import registry, vectors
from decoders.kit import REASONS, DecodeError, Decoder, EncodeError, Readings

DECODERS = registry.all_decoders()


def check(decoder: Decoder, payload: bytes, port: int) -> Readings | None:
    """Decode, and hold what must hold for any payload; None when it was refused."""
    try:
        found = decoder.decode(payload, port)
    except DecodeError as error:
        refused = error
    else:
        return sound(decoder, payload, port, found)
    assert refused.reason in REASONS
    assert refused.detail
    return None


def sound(decoder: Decoder, payload: bytes, port: int, found: Readings) -> Readings:
    """Hold what must hold for readings."""
    for reading in found.readings:
        assert reading.value is None or (type(reading.value) is float and isfinite(reading.value)), reading
        assert reading.time is None or (type(reading.time) is int and reading.time > 0), reading
        assert isfinite(reading.time_offset)
    assert len(found.readings) <= 16 * len(payload) + 16
    assert decoder.decode(payload, port) == found, "decoding is a pure function"
    return found


def seeds(id_: str) -> list[vectors.Vector]:
    prefix = next(prefix for prefix in registry.modules() if DECODERS[id_] in registry.load(prefix))
    return [vector for vector in vectors.read(prefix) if id_ in vector.decoders]


@pytest.mark.parametrize("id_", DECODERS)
@settings(max_examples=25)
@given(data=st.data())
def test_any_bytes_on_any_port(id_: str, data: st.DataObject) -> None:
    decoder = DECODERS[id_]
    port = data.draw(st.sampled_from([*decoder.ports, 1, 2, 85]) | st.integers(0, 255))
    check(decoder, data.draw(st.binary(max_size=64)), port)


@pytest.mark.parametrize("id_", DECODERS)
@settings(max_examples=25, phases=[Phase.explicit, Phase.generate])  # shrinking takes minutes and tells no more
@given(data=st.data())
def test_vectors_with_some_bytes_changed(id_: str, data: st.DataObject) -> None:
    vector = data.draw(st.sampled_from(seeds(id_)))
    payload = bytearray(vector.payload)
    for _ in range(data.draw(st.integers(1, 4))):
        if payload:
            payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    found = check(DECODERS[id_], bytes(payload), vector.port)
    if found is not None and found.readings and not found.warnings:
        written_again(DECODERS[id_], found, vector.port)


def written_again(decoder: Decoder, found: Readings, port: int) -> None:
    """Encode what was read: either that is refused, or it reads the same."""
    try:
        payload = decoder.encode(found.readings, port)
    except EncodeError:
        return
    again = decoder.decode(payload, port)
    assert sorted(map(str, again.readings)) == sorted(map(str, found.readings)), payload.hex()


@pytest.mark.parametrize("id_", DECODERS)
def test_truncated_and_extended_at_every_length(id_: str) -> None:
    for vector in seeds(id_):
        for length in range(len(vector.payload)):
            check(DECODERS[id_], vector.payload[:length], vector.port)
        for extra in (b"\0", b"\xff", b"\xff" * 11, vector.payload):
            check(DECODERS[id_], vector.payload + extra, vector.port)


@pytest.mark.parametrize("id_", DECODERS)
def test_long_and_monotonous_payloads(id_: str) -> None:
    decoder = DECODERS[id_]
    for port in decoder.ports or (1, 85):
        for byte in (b"\0", b"\xff", b"\x01", b"\x20\xce"):
            for length in (0, 1, 51, 242, 4096, 100_000):
                check(decoder, (byte * length)[:length], port)
