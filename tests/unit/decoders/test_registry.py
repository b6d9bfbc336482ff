"""How decoders are found."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import pytest

from decoders import registry


@pytest.mark.parametrize("id_", list(registry.all_decoders()))
def test_a_decoder_is_found_by_id_in_the_module_of_its_name(id_: str) -> None:
    found = registry.by_id(id_)
    assert found is registry.all_decoders()[id_]
    assert found.id == id_ == id_.lower()
    assert found.source
    assert found.version >= 1


def test_unknown_names_lead_nowhere() -> None:
    assert registry.by_id("maker-thing") is None
    assert registry.by_id("") is None
    assert registry.by_ttn("maker", "thing") is None
    assert registry.by_profile("") is None


@pytest.mark.parametrize(
    ("brand", "model", "id_"),
    [
        ("dragino", "lht65n", "dragino-lht65n"),
        ("milesight-iot", "em300-th", "milesight-em300-th"),
        ("milesight-iot", "EM300-TH-868M", "milesight-em300-th"),
        ("milesight-iot", "em300-th-codec", "milesight-em300-th"),
        ("elsys", "ers-co2", "elsys-ers-co2"),
        ("decentlab", "dl-pr26-0-1", "decentlab-dl-pr26-0-1"),
        ("decentlab", "dl-pr26", "decentlab-dl-pr26-0-1"),
        ("browan", "tbhh100-eu868", "browan-tbhh100"),
    ],
)
def test_names_of_the_things_stack(brand: str, model: str, id_: str) -> None:
    assert registry.by_ttn(brand, model).id == id_


@pytest.mark.parametrize(
    ("profile", "id_"),
    [
        ("LHT65N", "dragino-lht65n"),
        ("Dragino LHT65N", "dragino-lht65n"),
        ("milesight em300 th", "milesight-em300-th"),
        ("EM300-TH EU868", "milesight-em300-th"),
        ("Elsys ERS-CO2", "elsys-ers-co2"),
    ],
)
def test_names_of_chirpstack_profiles(profile: str, id_: str) -> None:
    assert registry.by_profile(profile).id == id_


def test_one_decoder_does_not_import_the_others() -> None:
    program = (
        "import sys; from decoders import registry; registry.by_id('dragino-lht65n');"
        "print(sum(name.count('.') == 2 and not name.startswith('decoders.kit') for name in sys.modules"
        " if name.startswith('decoders.')))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(done.stdout) <= 2


def test_two_decoders_with_one_id_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    twin = registry.by_id("dragino-lht65n")
    monkeypatch.setattr(registry, "modules", lambda: {"dragino-lht65n": "", "dragino-lht65": ""})
    monkeypatch.setattr(registry, "load", lambda _prefix: (twin,))
    with pytest.raises(registry.RegistryError, match="two decoders"):
        registry.all_decoders.__wrapped__()


def test_firmware_decides_between_layouts(monkeypatch: pytest.MonkeyPatch) -> None:
    base = registry.by_id("dragino-lht65n")
    old = dataclasses.replace(base, id="acme-x-1", model="X 1", identifiers={"ttn": ("acme/x@<2",)})
    new = dataclasses.replace(base, id="acme-x-2", model="X 2", identifiers={"ttn": ("acme/x@>=2", "acme/y")})
    monkeypatch.setattr(registry, "all_decoders", lambda: {"acme-x-1": old, "acme-x-2": new})
    for cached in (registry._names, registry.by_ttn):
        cached.cache_clear()
    try:
        assert registry.by_ttn("acme", "x@1.9.4") is old
        assert registry.by_ttn("acme", "X@v2.0") is new
        assert registry.by_ttn("acme", "x@10") is new
        assert registry.by_ttn("acme", "x") is new
        assert registry.by_ttn("acme", "x-codec@nonsense") is new
        assert registry.by_ttn("acme", "y@1.0") is new
        assert registry.by_ttn("acme", "z@1.0") is None
    finally:
        for cached in (registry._names, registry.by_ttn):
            cached.cache_clear()


def test_what_is_remembered_of_names_from_outside_is_bounded() -> None:
    for number in range(20_000):
        assert registry.by_ttn("maker", f"thing-{number}") is None
    assert registry.by_ttn.cache_info().currsize <= 10_000
    assert registry.by_id.cache_info().maxsize == registry.by_profile.cache_info().maxsize == 10_000
