"""What is documented exists, and what exists is documented."""

from __future__ import annotations

import re
from pathlib import Path

from gateway.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_command_is_in_the_readme() -> None:
    for command in COMMANDS:
        assert f"gateway {command}" in README, command


def test_every_command_in_the_readme_exists() -> None:
    assert set(re.findall(r"`gateway ([a-z]+)", README)) <= set(COMMANDS)


def test_every_make_target_in_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"make ([a-z]+)", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_file_named_in_the_documents_is_there() -> None:
    for document in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / document).read_text(encoding="utf-8")
        for path in re.findall(r"`((?:gateway|decoders|deploy|docs|tests|\.ci)/[\w./-]+)`", text):
            assert (ROOT / path).exists(), f"{document}: {path}"


def test_the_locked_requirements_carry_hashes_and_no_index_address() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text, path
        pins = re.findall(r"^[a-z0-9][\w.\-\[\]]*==", text, re.MULTILINE)
        assert len(pins) > 20
        assert text.count("--hash=sha256:") >= len(pins)


def test_every_parameter_statistic_and_period_of_figures_is_in_their_page() -> None:
    from gateway.aggregator.question import STATISTICS, known_periods
    from gateway.api.questions import PARAMETERS

    words = set(re.findall(r"`([^`]+)`", (ROOT / "docs/figures.md").read_text(encoding="utf-8")))
    assert {one.name for one in PARAMETERS} | set(STATISTICS) | set(known_periods()) <= words


def test_every_module_of_the_aggregator_is_on_its_map_and_nothing_else() -> None:
    import gateway.aggregator

    known = {path.stem for path in Path(gateway.aggregator.__file__).parent.glob("[!_]*.py")}
    drawn = str(gateway.aggregator.__doc__).split("Where what is:")[1]
    assert known <= set(re.findall(r"\w+", drawn))
    assert set(re.findall(r"^    .{18}(\w+)", drawn, re.MULTILINE)) <= known
