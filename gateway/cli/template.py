"""The two files of a new decoder, made so that the vector tests pass as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import click

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._+-]{0,40}")

_CODE = '''\
"""{vendor} {model}: what it measures.

fPort 1, 4 bytes, big-endian:

    BB TTTT HH

- B: battery, %
- T: int16, 0.01 degC; 0x7FFF: the sensor does not answer
- H: relative humidity, 0.5 %

Source: the manual, or a public codec (facts only), with its address.
"""

from decoders.kit import Decoder, Frame, i16, u8

DECODER = Decoder(
    id="{id}",
    vendor="{vendor}",
    model="{model}",
    source="https://example.org/manual.pdf",
    identifiers={{"ttn": ("{brand}/{ttn}",), "chirpstack": ("{model}",)}},
    layouts=(
        Frame(
            ports=1,
            length=4,
            fields=(
                u8(0, "battery_level", "%"),
                i16(1, "air_temperature", "Cel", div=100, missing=0x7FFF),
                u8(3, "relative_humidity", "%", div=2),
            ),
        ),
    ),
)
'''

_VECTORS = """\
[[vector]]
name = "normal"
kind = "normal"
source = "made by hand from the layout"
port = 1
payload = "64 0866 65"
expect = { battery_level = 100, air_temperature = 21.5, relative_humidity = 50.5 }

[[vector]]
name = "below zero"
kind = "extreme"
source = "made by hand from the layout"
port = 1
payload = "05 f830 c8"
expect = { battery_level = 5, air_temperature = -20, relative_humidity = 100 }

[[vector]]
name = "sensor does not answer"
kind = "sentinel"
source = "made by hand from the layout"
port = 1
payload = "64 7fff 65"
expect = { battery_level = 100, relative_humidity = 50.5 }

[[vector]]
name = "truncated"
kind = "broken"
source = "made by hand"
port = 1
payload = "64 08"
error = "length"

[[vector]]
name = "wrong port"
kind = "broken"
source = "made by hand"
port = 9
payload = "64 0866 65"
error = "port"
"""


def write(name: str, folder: Path) -> list[Path]:
    """Write the files of "Vendor/Model"; nothing that is there is overwritten.

    Returns:
        the files written: code and vectors, and for a vendor's first device the package's `__init__.py`.
    """
    vendor, slash, model = name.partition("/")
    if not slash or not _NAME.fullmatch(vendor) or not _NAME.fullmatch(model):
        raise click.BadParameter(f"{name!r}: VENDOR/MODEL, Buchstaben und Ziffern / letters and digits (Acme/TH-1)")
    package, module = _identifier(vendor), _identifier(model)
    target = folder / package / f"{module}.py"
    if target.exists() or target.with_suffix(".toml").exists():
        raise click.ClickException(f"{target}: gibt es schon / is there already")
    written = [target, target.with_suffix(".toml")]
    target.parent.mkdir(parents=True, exist_ok=True)
    start = target.parent / "__init__.py"
    if not start.exists():
        start.write_text(f'"""Decoders of {vendor}."""\n', encoding="utf-8")
        written.append(start)
    words = {
        "vendor": vendor,
        "model": model,
        "id": f"{package}-{module}".replace("_", "-"),
        "brand": package.replace("_", "-"),
        "ttn": module.replace("_", "-"),
    }
    target.write_text(_CODE.format(**words), encoding="utf-8")
    target.with_suffix(".toml").write_text(_VECTORS, encoding="utf-8")
    return written


def _identifier(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
