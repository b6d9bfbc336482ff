"""Every vector beside every decoder, and what each vector file must at least have."""

from __future__ import annotations

import pytest

from decoders import registry, vectors
from decoders.kit import REASONS, DecodeError, EncodeError, Reading
from gateway.quantities import QUANTITIES, UnitError, convert

NOT_IN_THE_VOCABULARY: set[str] = set()
"""Kept with the raw message and reported, but not stored; an id leaves this list when the vocabulary takes it up."""

CASES = [
    pytest.param(decoder, vector, id=f"{decoder}: {vector.name}")
    for prefix in registry.modules()
    for vector in vectors.read(prefix)
    for decoder in vector.decoders
]


def plain(reading: Reading) -> tuple:
    return (reading.quantity, reading.channel, reading.value, reading.time_offset, reading.time)


@pytest.mark.parametrize(("decoder", "vector"), CASES)
def test_vector_reads_as_expected(decoder: str, vector: vectors.Vector) -> None:
    found = registry.by_id(decoder)
    if vector.error:
        with pytest.raises(DecodeError) as raised:
            found.decode(vector.payload, vector.port)
        assert raised.value.reason == vector.error
        return
    readings, warnings = found.decode(vector.payload, vector.port)
    wanted = [(e.quantity, e.channel, e.value, e.time_offset, e.time) for e in vector.expect]
    assert sorted(map(plain, readings), key=str) == sorted(
        [(*w[:2], float(w[2]), float(w[3]), w[4]) for w in wanted], key=str
    )
    units = {(r.quantity, r.channel): r.unit for r in readings}
    for expected in vector.expect:
        if expected.unit is not None:
            assert units[expected.quantity, expected.channel] == expected.unit
    assert len(warnings) == vector.warnings, warnings


@pytest.mark.parametrize("prefix", list(registry.modules()))
def test_each_module_has_the_vectors_it_needs(prefix: str) -> None:
    found = vectors.read(prefix)
    needed = {"normal", "extreme", "broken"}
    if any(decoder.has_sentinels for decoder in registry.load(prefix)):
        needed.add("sentinel")
    kinds = {vector.kind for vector in found}
    assert needed <= kinds, f"{sorted(needed - kinds)} missing"
    assert all(vector.error in REASONS for vector in found if vector.kind == "broken")
    assert all(not vector.error for vector in found if vector.kind != "broken")
    assert len({vector.name for vector in found}) == len(found), "names must differ"
    for decoder in registry.load(prefix):
        assert any(decoder.id in vector.decoders and not vector.error for vector in found), decoder.id


@pytest.mark.parametrize("id_", list(registry.all_decoders()))
def test_readings_are_in_the_vocabulary_and_their_units_convert(id_: str) -> None:
    decoder = registry.by_id(id_)
    assert decoder.quantities, "a decoder names what it may give"
    for quantity, unit, _ in decoder.quantities:
        if quantity in NOT_IN_THE_VOCABULARY:
            continue
        assert quantity in QUANTITIES, quantity
        try:
            convert(1.0, unit, quantity)
        except UnitError as error:
            pytest.fail(str(error))


def test_the_list_of_missing_quantities_is_up_to_date() -> None:
    used = {quantity for decoder in registry.all_decoders().values() for quantity, _, _ in decoder.quantities}
    assert not NOT_IN_THE_VOCABULARY & QUANTITIES.keys()
    assert used >= NOT_IN_THE_VOCABULARY


@pytest.mark.parametrize(("decoder", "vector"), CASES)
def test_readings_are_among_those_the_decoder_names(decoder: str, vector: vectors.Vector) -> None:
    if not vector.error:
        found = registry.by_id(decoder)
        known = {meaning for meaning in found.quantities if "{n}" not in meaning[2]}
        numbered = {(quantity, unit) for quantity, unit, channel in found.quantities if "{n}" in channel}
        for r in found.decode(vector.payload, vector.port).readings:
            assert (r.quantity, r.unit, r.channel) in known or (r.quantity, r.unit) in numbered


@pytest.mark.parametrize(("decoder", "vector"), CASES)
def test_what_can_be_encoded_reads_the_same_again(decoder: str, vector: vectors.Vector) -> None:
    found = registry.by_id(decoder)
    if vector.error or not vector.expect:
        return
    readings = found.decode(vector.payload, vector.port).readings
    try:
        again = found.encode(readings, vector.port)
    except EncodeError:
        assert not found.encodes(vector.port)
        return
    assert sorted(map(plain, found.decode(again, vector.port).readings), key=str) == sorted(
        map(plain, readings), key=str
    )
